/*
 * options.h - the command line, parsed by tables: what a table says is what
 * parsing, --help, completion and the manual page say, so they cannot drift.
 *
 * --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags together (-sSf); "--"
 * ends flags; "-" alone is an operand. Long names are never abbreviated.
 */
#ifndef GN_CLI_OPTIONS_H
#define GN_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/outcome.h"
#include "garner/error.h"

/* What a flag's value is, and the type of the settings field it goes to. */
enum gn_option_type {
    GN_OPTION_FLAG,     /* no value; bool */
    GN_OPTION_TEXT,     /* const char *, borrowed from argv */
    GN_OPTION_FILE,     /* as TEXT; shells complete file names */
    GN_OPTION_LIST,     /* may be repeated; struct gn_texts */
    GN_OPTION_NUMBER,   /* a whole number above 0; int64_t */
    GN_OPTION_DURATION, /* 5s, 10m; int64_t, milliseconds */
    GN_OPTION_SECONDS,  /* as DURATION, a bare number is seconds (curl's) */
    GN_OPTION_SIZE,     /* 64MiB, 10M (curl's), 512; int64_t, bytes */
    GN_OPTION_CHOICE,   /* one word of value ("text|json"); const char * */
};

struct gn_texts {
    const char **items; /* borrowed from argv */
    size_t count;
};

struct gn_option {
    const char *name; /* long, without dashes */
    char letter;      /* 0: none */
    enum gn_option_type type;
    const char *value; /* how help calls it; NULL for FLAG */
    size_t at;         /* offset of the field in the command's settings */
    const char *help;  /* a sentence without its full stop */
    const char *env;   /* variable that gives the value when the flag is not
                          there (TEXT and FILE); NULL: none */
};

/* An entry of an option table for a field of S, the command's settings; type
 * without its GN_OPTION_. */
#define GN_OPTION(S, name, letter, type, value, field, help)                   \
    {                                                                          \
        name, letter, GN_OPTION_##type, value, offsetof(S, field), help, NULL  \
    }

/* What operands are, for completion. */
enum gn_operand { GN_OPERAND_NONE, GN_OPERAND_FILE, GN_OPERAND_WORD };

struct gn_program;
struct gn_command;

/* A command line that was understood. */
struct gn_call {
    const struct gn_program *program;
    const struct gn_command *command;
    void *settings;           /* the command's own struct */
    const char *const *items; /* operands */
    size_t count;
    int argc; /* all words behind the command's name, as they were given */
    char *const *argv;
};

struct gn_command {
    const char *name;
    const char *operands; /* "URL...", for the usage line */
    const char *summary;  /* a line */
    const char *text;     /* paragraphs, a blank line between; lines that start
                             with two spaces are kept as they are */
    const char *examples; /* lines: a command, or "# comment" */
    const struct gn_option *options;
    size_t option_count;
    size_t settings_size;
    enum gn_operand operand;
    const char *words;  /* WORD: the operands there are, "a b c" */
    const char *advice; /* about a flag that is not there; NULL: see --help */
    size_t least;       /* operands asked for */
    size_t most;
    enum gn_exit (*run)(const struct gn_call *call);
};

struct gn_program {
    const struct gn_command *const *commands;
    size_t count;
};

/* Parses argv (argc of them, after the command's name) into call->settings
 * (zeroed, settings_size bytes) and the operands, for which items has room.
 * DONE: --help was there. Errors: INVALID (the message says what to do), NOMEM.
 * After any result call gn_options_fini. */
enum garner_code gn_options_parse(struct gn_call *call, const char **items,
                                  int argc, char *const *argv,
                                  struct garner_error *err);

/* Frees the lists in call->settings. */
void gn_options_fini(struct gn_call *call);

/* The flag of that name has a value, from the command line or the environment.
 */
bool gn_option_is_set(const struct gn_call *call,
                      const struct gn_option *option);

/* The command of that name, or NULL. */
const struct gn_command *gn_command_find(const struct gn_program *program,
                                         const char *name);

/* The command nearest in spelling, or NULL if none is near. */
const struct gn_command *gn_command_near(const struct gn_program *program,
                                         const char *name);

#endif
