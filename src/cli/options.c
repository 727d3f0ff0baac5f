#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/unit.h"
#include "cli/text.h"
#include "config/suggest.h"

static bool near(const char *given, const char *name, size_t *best)
{
    const unsigned most = strlen(given) < 5 ? 1 : 2;
    const size_t far = gn_suggest_distance(given, name, most);

    if (far > most || far >= *best)
        return false;
    *best = far;
    return true;
}

const struct gn_command *gn_command_find(const struct gn_program *program,
                                         const char *name)
{
    for (size_t i = 0; i < program->count; i++)
        if (strcmp(program->commands[i]->name, name) == 0)
            return program->commands[i];
    return NULL;
}

const struct gn_command *gn_command_near(const struct gn_program *program,
                                         const char *name)
{
    const struct gn_command *found = NULL;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < program->count; i++)
        if (near(name, program->commands[i]->name, &best))
            found = program->commands[i];
    return found;
}

static const struct gn_option *by_name(const struct gn_command *command,
                                       const char *name, size_t size)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (strncmp(command->options[i].name, name, size) == 0 &&
            command->options[i].name[size] == '\0')
            return &command->options[i];
    return NULL;
}

static const struct gn_option *by_letter(const struct gn_command *command,
                                         char letter)
{
    for (size_t i = 0; i < command->option_count; i++)
        if (command->options[i].letter == letter)
            return &command->options[i];
    return NULL;
}

/* A beginning of a long name is the likeliest mistake, then a misspelling. */
static const char *suggestion(const struct gn_command *command,
                              const char *name)
{
    const char *found = NULL;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < command->option_count && strlen(name) > 1; i++)
        if (strncmp(command->options[i].name, name, strlen(name)) == 0)
            return command->options[i].name;
    for (size_t i = 0; i < command->option_count; i++)
        if (near(name, command->options[i].name, &best))
            found = command->options[i].name;
    return found;
}

static enum garner_code unknown(const struct gn_command *command,
                                const char *name, size_t size,
                                struct garner_error *err)
{
    char given[64];
    const char *meant;

    if (size >= sizeof given)
        size = sizeof given - 1;
    memcpy(given, name, size);
    given[size] = '\0';
    if (command->advice != NULL)
        return gn_fail(err, GARNER_INVALID, "unknown flag --%s: %s", given,
                       command->advice);
    meant = suggestion(command, given);
    if (meant != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "unknown flag --%s; did you mean --%s?", given, meant);
    return gn_fail(err, GARNER_INVALID,
                   "unknown flag --%s; 'garner %s --help' lists them all",
                   given, command->name);
}

static enum garner_code add_text(struct gn_texts *list, const char *text,
                                 struct garner_error *err)
{
    const char **items =
        gn_realloc(list->items, (list->count + 1) * sizeof *items);

    if (items == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for the command line");
    items[list->count++] = text;
    list->items = items;
    return GARNER_OK;
}

static enum garner_code number(const char *text, int64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *value > 0
               ? GARNER_OK
               : GARNER_INVALID;
}

static bool is_bare(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789.")] == '\0';
}

/* "10" is ten seconds, as for curl -m. */
static enum garner_code seconds(const char *text, int64_t *ms,
                                struct garner_error *err)
{
    char with_unit[32];

    if (!is_bare(text) || strlen(text) + 2 > sizeof with_unit)
        return gn_unit_duration(text, ms, err);
    snprintf(with_unit, sizeof with_unit, "%ss", text);
    return gn_unit_duration(with_unit, ms, err);
}

/* curl writes 10M for what is 10MiB elsewhere. */
static enum garner_code size(const char *text, int64_t *bytes,
                             struct garner_error *err)
{
    const size_t n = strlen(text);
    char with_unit[32];

    if (n < 2 || n + 3 > sizeof with_unit ||
        strspn(text, "0123456789.") != n - 1 ||
        strchr("kKmMgGtT", text[n - 1]) == NULL)
        return gn_unit_size(text, bytes, err);
    snprintf(with_unit, sizeof with_unit, "%siB", text);
    if (with_unit[n - 1] >= 'a')
        with_unit[n - 1] = (char)(with_unit[n - 1] - 'a' + 'A');
    return gn_unit_size(with_unit, bytes, err);
}

static bool is_choice(const char *choices, const char *word)
{
    const size_t n = strlen(word);

    while (*choices != '\0') {
        const size_t size = strcspn(choices, "|");

        if (size == n && memcmp(choices, word, n) == 0)
            return true;
        choices += size + (choices[size] == '|');
    }
    return false;
}

static enum garner_code numeric(const struct gn_option *o, int64_t *field,
                                const char *value, struct garner_error *err)
{
    struct garner_error why = {0};
    enum garner_code code;

    if (o->type == GN_OPTION_NUMBER) {
        if (number(value, field) == GARNER_OK)
            return GARNER_OK;
        return gn_fail(err, GARNER_INVALID,
                       "--%s: '%.40s' is not a whole number above 0", o->name,
                       value);
    }
    if (o->type == GN_OPTION_DURATION)
        code = gn_unit_duration(value, field, &why);
    else if (o->type == GN_OPTION_SECONDS)
        code = seconds(value, field, &why);
    else
        code = size(value, field, &why);
    if (code != GARNER_OK)
        return gn_fail(err, code, "--%s: %.200s", o->name, why.message);
    if (*field == 0) /* which is how one that is not given looks */
        return gn_fail(err, GARNER_INVALID,
                       "--%s: '%.40s' is nothing; leave the flag out, or give "
                       "it more",
                       o->name, value);
    return GARNER_OK;
}

static enum garner_code set(const struct gn_option *o, void *settings,
                            const char *value, struct garner_error *err)
{
    void *field = (char *)settings + o->at;

    GN_CHECK(value != NULL || o->type == GN_OPTION_FLAG);
    switch (o->type) {
    case GN_OPTION_FLAG:
        *(bool *)field = true;
        return GARNER_OK;
    case GN_OPTION_LIST:
        return add_text(field, value, err);
    case GN_OPTION_CHOICE:
        if (!is_choice(o->value, value))
            return gn_fail(err, GARNER_INVALID, "--%s: '%.40s' is none of %s",
                           o->name, value, o->value);
        *(const char **)field = value;
        return GARNER_OK;
    case GN_OPTION_TEXT:
    case GN_OPTION_FILE:
        *(const char **)field = value;
        return GARNER_OK;
    case GN_OPTION_NUMBER:
    case GN_OPTION_DURATION:
    case GN_OPTION_SECONDS:
    case GN_OPTION_SIZE:
        break;
    }
    return numeric(o, field, value, err);
}

/* The arguments that are left. */
struct words {
    int argc;
    char *const *argv;
    int at;
};

static enum garner_code value_of(const struct gn_option *o, struct words *w,
                                 const char **value, struct garner_error *err)
{
    if (w->at >= w->argc)
        return gn_fail(err, GARNER_INVALID, "--%s needs a value: %s", o->name,
                       o->value);
    *value = w->argv[w->at++];
    return GARNER_OK;
}

static enum garner_code long_flag(struct gn_call *call, struct words *w,
                                  const char *text, struct garner_error *err)
{
    const size_t length = strcspn(text, "=");
    const char *value = text[length] == '=' ? text + length + 1 : NULL;
    const struct gn_option *o = by_name(call->command, text, length);
    enum garner_code code = GARNER_OK;

    if (strcmp(text, "help") == 0)
        return GARNER_DONE;
    if (o == NULL)
        return unknown(call->command, text, length, err);
    if (o->type == GN_OPTION_FLAG && value != NULL)
        return gn_fail(err, GARNER_INVALID, "--%s takes no value", o->name);
    if (o->type != GN_OPTION_FLAG && value == NULL)
        code = value_of(o, w, &value, err);
    return code != GARNER_OK ? code : set(o, call->settings, value, err);
}

static enum garner_code letters(struct gn_call *call, struct words *w,
                                const char *text, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (; *text != '\0' && code == GARNER_OK; text++) {
        const struct gn_option *o = by_letter(call->command, *text);
        const char *value = text + 1;

        if (*text == 'h' && o == NULL)
            return GARNER_DONE;
        if (o == NULL && call->command->advice != NULL)
            return gn_fail(err, GARNER_INVALID, "unknown flag -%c: %s", *text,
                           call->command->advice);
        if (o == NULL)
            return gn_fail(err, GARNER_INVALID,
                           "unknown flag -%c; 'garner %s --help' lists them "
                           "all",
                           *text, call->command->name);
        if (o->type == GN_OPTION_FLAG) {
            code = set(o, call->settings, NULL, err);
            continue;
        }
        if (*value == '\0')
            code = value_of(o, w, &value, err);
        return code != GARNER_OK ? code : set(o, call->settings, value, err);
    }
    return code;
}

static enum garner_code from_environment(struct gn_call *call,
                                         struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < call->command->option_count && !code; i++) {
        const struct gn_option *o = &call->command->options[i];
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): before other threads */
        const char *value = o->env != NULL ? getenv(o->env) : NULL;

        if (value != NULL && value[0] != '\0')
            code = set(o, call->settings, value, err);
    }
    return code;
}

static enum garner_code check_operands(const struct gn_call *call,
                                       struct garner_error *err)
{
    const struct gn_command *c = call->command;

    if (call->count < c->least)
        return gn_fail(err, GARNER_INVALID,
                       "garner %s needs %s; 'garner %s --help' shows how",
                       c->name, c->operands, c->name);
    if (call->count > c->most)
        return gn_fail(err, GARNER_INVALID,
                       "garner %s: '%.60s' is one word too many; 'garner %s "
                       "--help' shows how",
                       c->name, call->items[c->most], c->name);
    return GARNER_OK;
}

enum garner_code gn_options_parse(struct gn_call *call, const char **items,
                                  int argc, char *const *argv,
                                  struct garner_error *err)
{
    struct words w = {argc, argv, 0};
    enum garner_code code = from_environment(call, err);
    bool flags = true;

    call->items = items;
    call->count = 0;
    call->argc = argc;
    call->argv = argv;
    while (code == GARNER_OK && w.at < argc) {
        const char *word = argv[w.at++];

        if (flags && strcmp(word, "--") == 0)
            flags = false;
        else if (flags && word[0] == '-' && word[1] == '-')
            code = long_flag(call, &w, word + 2, err);
        else if (flags && word[0] == '-' && word[1] != '\0')
            code = letters(call, &w, word + 1, err);
        else
            items[call->count++] = word;
    }
    return code != GARNER_OK ? code : check_operands(call, err);
}

void gn_options_fini(struct gn_call *call)
{
    for (size_t i = 0; i < call->command->option_count; i++) {
        const struct gn_option *o = &call->command->options[i];
        struct gn_texts *list = (void *)((char *)call->settings + o->at);

        if (o->type == GN_OPTION_LIST) {
            gn_free(list->items);
            *list = (struct gn_texts){0};
        }
    }
}

bool gn_option_is_set(const struct gn_call *call,
                      const struct gn_option *option)
{
    const void *field = (const char *)call->settings + option->at;

    switch (option->type) {
    case GN_OPTION_FLAG:
        return *(const bool *)field;
    case GN_OPTION_LIST:
        return ((const struct gn_texts *)field)->count > 0;
    case GN_OPTION_TEXT:
    case GN_OPTION_FILE:
    case GN_OPTION_CHOICE:
        return *(const char *const *)field != NULL;
    case GN_OPTION_NUMBER:
    case GN_OPTION_DURATION:
    case GN_OPTION_SECONDS:
    case GN_OPTION_SIZE:
        break;
    }
    return *(const int64_t *)field != 0;
}
