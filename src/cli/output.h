/*
 * output.h - the rows of a result on a file descriptor, in the format asked
 * for, written as they come.
 *
 * Thread: one at a time.
 */
#ifndef GN_CLI_OUTPUT_H
#define GN_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"
#include "garner/value.h"

enum gn_format {
    GN_FORMAT_TABLE,
    GN_FORMAT_CSV,  /* RFC 4180, with a head line */
    GN_FORMAT_TSV,  /* tabs, with a head line; \t \n \r \\ escaped, NULL \N */
    GN_FORMAT_JSON, /* one array of objects */
    GN_FORMAT_NL,   /* an object a line */
    GN_FORMAT_RAW,  /* the first value alone, byte for byte */
};

/* The flags that choose a format, as a part of a command's settings. */
struct gn_format_flags {
    bool table;
    bool csv;
    bool tsv;
    bool json;
    bool nl;
    bool raw;
};

/* The entries of an option table for the struct gn_format_flags that is the
 * field `format` of settings. --json is apart: to get, as to curl, it means
 * what to send. */
#define GN_FORMAT_OPTION(S, name, letter, field, help)                         \
    {                                                                          \
        name, letter, GN_OPTION_FLAG, NULL, offsetof(S, format.field), help,   \
            NULL                                                               \
    }
#define GN_FORMAT_OPTIONS(S)                                                   \
    GN_FORMAT_OPTION(S, "table", 't', table,                                   \
                     "print a table for people (what a terminal gets)"),       \
        GN_FORMAT_OPTION(S, "csv", 0, csv,                                     \
                         "print CSV with a head line (RFC 4180)"),             \
        GN_FORMAT_OPTION(S, "tsv", 0, tsv,                                     \
                         "print values between tabs, with a head line"),       \
        GN_FORMAT_OPTION(S, "nl", 0, nl,                                       \
                         "print a JSON object a line (what a pipe or file "    \
                         "gets)"),                                             \
        GN_FORMAT_OPTION(S, "raw", 0, raw,                                     \
                         "print the first value of the first row, byte for "   \
                         "byte")
#define GN_FORMAT_JSON_OPTION(S)                                               \
    GN_FORMAT_OPTION(S, "json", 0, json, "print one JSON array of objects")

/* The format that the flags ask for; without one, TABLE on a terminal and
 * else NL. Errors: INVALID (more than one). */
enum garner_code gn_format_choose(const struct gn_format_flags *flags,
                                  bool terminal, enum gn_format *format,
                                  struct garner_error *err);

struct gn_output;

/* Starts a result on fd. width is the terminal's, 0: none. Errors: NOMEM. */
enum garner_code gn_output_new(int fd, enum gn_format format, size_t width,
                               bool color, struct gn_output **out,
                               struct garner_error *err);
void gn_output_free(struct gn_output *o);

/* What fd is called in messages (borrowed), when it is not standard output. */
void gn_output_name(struct gn_output *o, const char *name);

/* Names the columns; once, before the rows. Errors: as gn_writer_flush. */
enum garner_code gn_output_columns(struct gn_output *o,
                                   const char *const *names, size_t count,
                                   struct garner_error *err);

/* Writes a row. DONE: no further row is wanted (RAW). Errors: as
 * gn_writer_flush. */
enum garner_code gn_output_row(struct gn_output *o,
                               const struct garner_value *values,
                               struct garner_error *err);

/* Ends the result: all of it is written. Errors: as gn_writer_flush. */
enum garner_code gn_output_end(struct gn_output *o, struct garner_error *err);

#endif
