#include "cli/loadflags.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "cli/guess.h"
#include "config/check.h"

/* --- how it is read -------------------------------------------------------*/

/* One character, or \t; 0: it is not said. */
static char character_of(const char *text)
{
    if (text == NULL)
        return '\0';
    if (strcmp(text, "\\t") == 0)
        return '\t';
    return text[0];
}

static bool is_character(const char *text)
{
    const char c = character_of(text);

    return text == NULL || c == '\t' ||
           (c > ' ' && c < 0x7f && text[1] == '\0');
}

static bool has_csv_flags(const struct gn_load_flags *f)
{
    return f->delimiter != NULL || f->sniff || f->quotechar != NULL ||
           f->no_headers;
}

static enum garner_code check(const struct gn_load_flags *f,
                              struct garner_error *err)
{
    const bool is_text = f->lines || f->text;

    if (f->csv + f->tsv + f->nl + f->json + f->lines + f->text > 1)
        return gn_fail(err, GARNER_INVALID,
                       "choose one of --csv --tsv --nl --json --lines --text");
    if (f->flatten && (f->csv || f->tsv || is_text))
        return gn_fail(err, GARNER_INVALID,
                       "--flatten is for JSON, where objects are in objects; "
                       "leave it out");
    if ((f->nl || f->json || f->flatten || is_text) && has_csv_flags(f))
        return gn_fail(err, GARNER_INVALID,
                       "--delimiter, --quotechar, --sniff and --no-headers "
                       "are for CSV; leave them out");
    if (is_text && (f->detect_types || f->empty_null))
        return gn_fail(err, GARNER_INVALID,
                       "--detect-types and --empty-null are for CSV; leave "
                       "them out");
    if (!is_character(f->delimiter) || !is_character(f->quotechar))
        return gn_fail(err, GARNER_INVALID,
                       "--delimiter and --quotechar are one ASCII character "
                       "each, or \\t");
    return GARNER_OK;
}

static enum gn_intake_format format_of(const struct gn_load_flags *f)
{
    if (f->lines)
        return GN_INTAKE_LINES;
    if (f->text)
        return GN_INTAKE_TEXT;
    if (f->nl || f->json || f->flatten)
        return GN_INTAKE_JSON;
    if (f->tsv)
        return GN_INTAKE_TSV;
    return f->csv || has_csv_flags(f) ? GN_INTAKE_CSV : GN_INTAKE_GUESS;
}

/* Python has names of its own: latin-1, utf_16, utf-8-sig. */
static const struct gn_charset *charset_of(const char *name)
{
    const struct gn_charset *found = gn_charset_find(name, strlen(name));
    char dashed[32] = "";
    char bare[32] = "";
    size_t n = 0;

    if (found != NULL || strlen(name) >= sizeof dashed)
        return found;
    for (size_t i = 0; name[i] != '\0'; i++) {
        dashed[i] = name[i];
        if (name[i] == '_')
            dashed[i] = '-';
        if (dashed[i] != '-')
            bare[n++] = name[i];
    }
    if (strcasecmp(dashed, "utf-8-sig") == 0)
        return gn_charset_find("utf-8", strlen("utf-8"));
    found = gn_charset_find(dashed, strlen(dashed));
    return found != NULL ? found : gn_charset_find(bare, n);
}

enum garner_code gn_loadflags_intake(const struct gn_load_flags *flags,
                                     struct gn_intake_options *options,
                                     struct garner_error *err)
{
    const enum garner_code code = check(flags, err);

    *options = (struct gn_intake_options){
        .format = format_of(flags),
        .flatten = flags->flatten,
        .detect_types = flags->detect_types,
        .empty_null = flags->empty_null,
        .headless = flags->no_headers,
        .sniff = flags->sniff,
        .delimiter = character_of(flags->delimiter),
        .quote = character_of(flags->quotechar),
    };
    if (code != GARNER_OK || flags->encoding == NULL)
        return code;
    options->charset = charset_of(flags->encoding);
    if (options->charset == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "--encoding %.40s: no browser knows it, and garner "
                       "knows what they do (latin1, shift_jis, utf-16 ...); "
                       "convert the file with iconv",
                       flags->encoding);
    return GARNER_OK;
}

/* --- how the table is made ------------------------------------------------*/

/* The name before the = of text, and *value what is behind it; NULL: there is
 * none, or no memory, which memory knows. */
static const char *split(const char *text, const char **value,
                         struct gn_arena *memory)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL || equals == text)
        return NULL;
    *value = equals + 1;
    return gn_arena_copy(memory, text, (size_t)(equals - text));
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for flags");
}

static enum garner_code read_types(const struct gn_texts *types,
                                   struct gn_arena *memory,
                                   struct gn_rows_spec *spec,
                                   struct garner_error *err)
{
    struct gn_column *columns =
        gn_arena_alloc(memory, (types->count + 1) * sizeof columns[0]);
    struct garner_error why = {0};

    for (size_t i = 0; columns != NULL && i < types->count; i++) {
        const char *text = types->items[i];
        struct gn_column *c = &columns[i];

        c->name = split(text, &c->type, memory);
        if (memory->failed)
            break;
        if (c->name == NULL)
            return gn_fail(err, GARNER_INVALID,
                           "--type %.60s: write COLUMN=TYPE", text);
        if (gn_check_type(c->type, &why) != GARNER_OK)
            return gn_fail(err, GARNER_INVALID, "--type %.60s: %.160s", text,
                           why.message);
    }
    spec->columns = columns;
    spec->column_count = types->count;
    return memory->failed ? no_memory(err) : GARNER_OK;
}

/* NAME(...) or (...): SQL. */
static bool is_expression(const char *text)
{
    const size_t size = strlen(text);
    size_t i = 0;

    while (isalnum((unsigned char)text[i]) != 0 || text[i] == '_')
        i++;
    return text[i] == '(' && text[size - 1] == ')';
}

/* 'text', a text in SQL already. */
static bool is_quoted(const char *text)
{
    const size_t size = strlen(text);

    if (size < 2 || text[0] != '\'' || text[size - 1] != '\'')
        return false;
    for (size_t i = 1; i < size - 1; i++)
        if (text[i] == '\'' && (++i == size - 1 || text[i] != '\''))
            return false;
    return true;
}

static bool is_clock(const char *text)
{
    return strcasecmp(text, "current_timestamp") == 0 ||
           strcasecmp(text, "current_date") == 0 ||
           strcasecmp(text, "current_time") == 0;
}

/* The text in quotes; NULL: no memory. */
static const char *quote(const char *text, struct gn_arena *memory)
{
    char *out = gn_arena_alloc(memory, strlen(text) * 2 + 3);
    char *at = out;

    if (out == NULL)
        return NULL;
    *at++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            *at++ = '\'';
        *at++ = *text;
    }
    *at++ = '\'';
    *at = '\0';
    return out;
}

/* What is meant by value, as sqlite-utils takes it. */
static void read_default(const char *value, struct gn_arena *memory,
                         struct gn_default *out)
{
    out->sql = value;
    out->type = "TEXT";
    if (is_clock(value) || is_quoted(value))
        return;
    if (is_expression(value)) {
        out->sql = gn_arena_printf(memory, "(%s)", value);
        out->type = "";
        return;
    }
    out->sql = quote(value, memory);
    switch (gn_guess_value(value, strlen(value)).type) {
    case GARNER_INTEGER:
        out->type = "INTEGER";
        break;
    case GARNER_REAL:
        out->type = "REAL";
        break;
    case GARNER_TEXT:
    case GARNER_BLOB:
    case GARNER_NULL:
        break;
    }
}

static enum garner_code read_defaults(const struct gn_texts *texts,
                                      struct gn_arena *memory,
                                      struct gn_making *making,
                                      struct garner_error *err)
{
    struct gn_default *all =
        gn_arena_alloc(memory, (texts->count + 1) * sizeof all[0]);

    for (size_t i = 0; all != NULL && i < texts->count; i++) {
        const char *text = texts->items[i];
        const char *value = "";

        all[i].name = split(text, &value, memory);
        if (memory->failed)
            break;
        if (all[i].name == NULL)
            return gn_fail(err, GARNER_INVALID,
                           "--default %.60s: write COLUMN=VALUE", text);
        read_default(value, memory, &all[i]);
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(all[k].name, all[i].name) == 0)
                return gn_fail(err, GARNER_INVALID,
                               "--default gives %.60s two values; choose one",
                               all[i].name);
    }
    making->defaults = all;
    making->default_count = texts->count;
    return memory->failed ? no_memory(err) : GARNER_OK;
}

enum garner_code gn_loadflags_spec(const struct gn_load_flags *flags,
                                   struct gn_arena *memory,
                                   struct gn_rows_spec *spec,
                                   struct garner_error *err)
{
    enum garner_code code = read_types(&flags->types, memory, spec, err);

    spec->making.strict = flags->strict;
    spec->making.not_null = flags->not_null.items;
    spec->making.not_null_count = flags->not_null.count;
    for (size_t i = 0; i < flags->not_null.count; i++)
        if (*flags->not_null.items[i] == '\0')
            return gn_fail(err, GARNER_INVALID,
                           "--not-null needs the name of a column");
    return code == GARNER_OK
               ? read_defaults(&flags->defaults, memory, &spec->making, err)
               : code;
}
