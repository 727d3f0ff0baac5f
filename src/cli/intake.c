#include "cli/intake.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/chunks.h"
#include "cli/guess.h"
#include "cli/objects.h"
#include "cli/sniff.h"
#include "extract/csv.h"

enum { MOST = 256 << 20, MOST_SNIFFED = 64 << 10 };

struct gn_intake {
    struct gn_intake_options options;
    struct gn_chunks chunks;
    bool begun;
    size_t line; /* that the chunks are at */

    /* CSV */
    struct gn_csv csv;
    struct gn_arena head; /* its names */
    const char **names;
    size_t count;
    struct garner_value *values;
    bool has_record; /* the one that csv stands on is a row still to come */

    /* JSON */
    bool in_array;
    bool is_over;
    bool had_one; /* so that a comma goes before the next */
    struct gn_object object;
};

enum garner_code gn_intake_new(int fd, const char *name,
                               const struct gn_intake_options *options,
                               struct gn_intake **out, struct garner_error *err)
{
    struct gn_intake *in = gn_alloc(sizeof *in);

    *out = in;
    if (in == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory to read %.100s", name);
    in->options = *options;
    in->line = 1;
    in->chunks = (struct gn_chunks){.fd = fd,
                                    .name = name,
                                    .stop = options->stop,
                                    .context = options->context,
                                    .most = MOST};
    gn_csv_init(&in->csv, "", 0);
    return GARNER_OK;
}

void gn_intake_free(struct gn_intake *in)
{
    if (in == NULL)
        return;
    gn_chunks_fini(&in->chunks);
    gn_csv_fini(&in->csv);
    gn_arena_clear(&in->head);
    gn_free(in->names);
    gn_free(in->values);
    gn_object_fini(&in->object);
    gn_free(in);
}

static enum garner_code wrong(const struct gn_intake *in, size_t line,
                              const char *what, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID, "%.100s:%zu: %.120s", in->chunks.name,
                   line, what);
}

/* More bytes; too long a row is one of this line. */
static enum garner_code more(struct gn_intake *in, struct garner_error *err)
{
    struct garner_error why = {0};
    const enum garner_code code = gn_chunks_more(&in->chunks, &why);

    if (code == GARNER_INVALID)
        return wrong(in, in->line, why.message, err);
    if (code != GARNER_OK && err != NULL)
        *err = why;
    return code;
}

static enum garner_code no_memory(const struct gn_intake *in,
                                  struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory for a row of %.100s",
                   in->chunks.name);
}

/* --- CSV ------------------------------------------------------------------*/

/* Reads the next record, whole, into csv. */
static enum garner_code record(struct gn_intake *in, struct garner_error *err)
{
    struct gn_csv *csv = &in->csv;

    for (;;) {
        enum garner_code code;

        csv->at = gn_chunks_at(&in->chunks);
        csv->end = gn_chunks_end(&in->chunks);
        csv->line = in->line;
        code = gn_csv_next(csv);
        if (code == GARNER_NOMEM)
            return no_memory(in, err);
        /* At the end of what is there it may be cut. */
        if (csv->at < csv->end || in->chunks.ended) {
            in->chunks.done += (size_t)(csv->at - gn_chunks_at(&in->chunks));
            in->line = csv->line;
            return code == GARNER_OK && csv->fault != NULL
                       ? wrong(in, csv->record_line, csv->fault, err)
                       : code;
        }
        code = more(in, err);
        if (code != GARNER_OK)
            return code;
    }
}

static bool is_utf8(const char *text, size_t size)
{
    size_t n = 1;

    for (size_t at = 0; at < size && n > 0; at += n)
        n = gn_utf8_length(text + at, size - at);
    return n > 0;
}

static enum garner_code check_text(const struct gn_intake *in,
                                   struct garner_error *err)
{
    for (size_t i = 0; i < in->csv.count; i++)
        if (!is_utf8(in->csv.fields[i].text, in->csv.fields[i].size))
            return wrong(in, in->csv.record_line,
                         "this is not UTF-8; convert the file with iconv", err);
    return GARNER_OK;
}

/* What parts the fields, by the first line, however it comes. */
static enum garner_code sniff(struct gn_intake *in, struct garner_error *err)
{
    struct gn_chunks *c = &in->chunks;

    for (;;) {
        const char *at = gn_chunks_at(c);
        const size_t size = (size_t)(gn_chunks_end(c) - at);
        enum garner_code code;

        if (c->ended || size >= MOST_SNIFFED ||
            gn_sniff_is_whole(at, size, in->csv.quote)) {
            in->csv.delimiter = gn_sniff_delimiter(at, size, in->csv.quote);
            return GARNER_OK;
        }
        code = more(in, err);
        if (code != GARNER_OK)
            return code;
    }
}

/* What parts the fields, as options say. */
static enum garner_code choose_delimiter(struct gn_intake *in,
                                         struct garner_error *err)
{
    const struct gn_intake_options *o = &in->options;

    if (o->quote != '\0')
        in->csv.quote = o->quote;
    if (o->delimiter != '\0')
        in->csv.delimiter = o->delimiter;
    else if (o->sniff)
        return sniff(in, err);
    else if (o->format == GN_INTAKE_TSV)
        in->csv.delimiter = '\t';
    return GARNER_OK;
}

/* Nobody wants "a;b" for a column. */
static enum garner_code check_delimiter(const struct gn_intake *in,
                                        struct garner_error *err)
{
    const struct gn_csv_field *f = &in->csv.fields[0];
    char found;

    if (in->csv.count != 1 || in->options.delimiter != '\0' ||
        in->options.sniff)
        return GARNER_OK;
    found = gn_sniff_delimiter(f->text, f->size, '\0');
    if (found == in->csv.delimiter || memchr(f->text, found, f->size) == NULL)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "%.100s:%zu: there is one column, \"%.*s\"; say what parts "
                   "them: --delimiter '%s', or --sniff",
                   in->chunks.name, in->csv.record_line,
                   f->size < 60 ? (int)f->size : 60, f->text,
                   found == '\t' ? "\\t" : (char[2]){found, '\0'});
}

static enum garner_code make_columns(struct gn_intake *in,
                                     struct garner_error *err)
{
    in->count = in->csv.count;
    in->names = gn_alloc((in->count + 1) * sizeof in->names[0]);
    in->values = gn_alloc((in->count + 1) * sizeof in->values[0]);
    return in->names != NULL && in->values != NULL ? GARNER_OK
                                                   : no_memory(in, err);
}

/* untitled_1, untitled_2 ...: the first record is a row. */
static enum garner_code number_columns(struct gn_intake *in,
                                       struct garner_error *err)
{
    char name[32];

    in->has_record = true;
    for (size_t i = 0; i < in->count; i++) {
        const int size = snprintf(name, sizeof name, "untitled_%zu", i + 1);

        in->names[i] = gn_arena_copy(&in->head, name, (size_t)size);
        if (in->names[i] == NULL)
            return no_memory(in, err);
    }
    return GARNER_OK;
}

/* The first record has the names. */
static enum garner_code begin_csv(struct gn_intake *in,
                                  struct garner_error *err)
{
    enum garner_code code = choose_delimiter(in, err);

    if (code == GARNER_OK)
        code = record(in, err);
    if (code == GARNER_OK)
        code = check_text(in, err);
    if (code == GARNER_OK)
        code = check_delimiter(in, err);
    if (code == GARNER_OK)
        code = make_columns(in, err);
    if (code != GARNER_OK || in->options.headless)
        return code == GARNER_OK ? number_columns(in, err) : code;
    for (size_t i = 0; i < in->count; i++) {
        const struct gn_csv_field *f = &in->csv.fields[i];

        in->names[i] = gn_arena_copy(&in->head, f->text, f->size);
        if (in->names[i] == NULL)
            return no_memory(in, err);
        if (*in->names[i] == '\0')
            return wrong(in, in->csv.record_line,
                         "the first line names the columns, and one has no "
                         "name",
                         err);
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(in->names[i], in->names[k]) == 0)
                return wrong(in, in->csv.record_line,
                             "two columns have the same name", err);
    }
    return GARNER_OK;
}

static enum garner_code next_csv(struct gn_intake *in,
                                 struct gn_intake_row *row,
                                 struct garner_error *err)
{
    enum garner_code code = in->has_record ? GARNER_OK : record(in, err);

    in->has_record = false;
    if (code == GARNER_OK)
        code = check_text(in, err);
    if (code != GARNER_OK)
        return code;
    if (in->csv.count != in->count)
        return gn_fail(err, GARNER_INVALID,
                       "%.100s:%zu: this row has %zu field%s, and there are "
                       "%zu columns",
                       in->chunks.name, in->csv.record_line, in->csv.count,
                       in->csv.count == 1 ? "" : "s", in->count);
    for (size_t i = 0; i < in->count; i++) {
        const struct gn_csv_field *f = &in->csv.fields[i];

        in->values[i] = in->options.detect_types
                            ? gn_guess_value(f->text, f->size)
                            : garner_text_n(f->text, f->size);
        if (f->size == 0 && in->options.empty_null)
            in->values[i] = garner_null();
    }
    *row = (struct gn_intake_row){in->names, in->values, in->count,
                                  in->csv.record_line};
    return GARNER_OK;
}

/* --- JSON -----------------------------------------------------------------*/

static bool is_blank(char c)
{
    return c != '\0' && strchr(" \t\r\n", c) != NULL;
}

/* To what is no white space; *c 0: there is nothing more. */
static enum garner_code skip_blank(struct gn_intake *in, char *c,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *c = '\0';
    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&in->chunks);
        const char *end = gn_chunks_end(&in->chunks);

        for (; at < end && is_blank(*at); at++)
            in->line += *at == '\n';
        in->chunks.done += (size_t)(at - gn_chunks_at(&in->chunks));
        if (at < end)
            *c = *at;
        if (at < end || in->chunks.ended)
            break;
        code = more(in, err);
    }
    return code;
}

/* A whole value that begins here, with a brace. */
static enum garner_code whole(struct gn_intake *in, size_t *size,
                              struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&in->chunks);
        const char *end = gn_chunks_end(&in->chunks);

        *size = gn_object_size(at, end);
        if (at + *size < end || in->chunks.ended)
            break;
        code = more(in, err);
    }
    return code;
}

static enum garner_code read_object(struct gn_intake *in,
                                    struct gn_intake_row *row,
                                    struct garner_error *err)
{
    struct garner_error why = {0};
    size_t fault = 0;
    size_t size;
    size_t line = in->line;
    enum garner_code code = whole(in, &size, err);
    const char *at;

    if (code != GARNER_OK)
        return code;
    at = gn_chunks_at(&in->chunks);
    code = gn_object_read(&in->object, at, size, &fault, &why);
    if (code == GARNER_NOMEM)
        return no_memory(in, err);
    for (size_t i = 0; i < size; i++) {
        in->line += at[i] == '\n';
        if (code != GARNER_OK && i == fault)
            return wrong(in, in->line - (at[i] == '\n'), why.message, err);
    }
    if (code != GARNER_OK)
        return wrong(in, in->line, why.message, err);
    in->chunks.done += size;
    *row = (struct gn_intake_row){in->object.names, in->object.values,
                                  in->object.count, line};
    return GARNER_OK;
}

static enum garner_code next_json(struct gn_intake *in,
                                  struct gn_intake_row *row,
                                  struct garner_error *err)
{
    char c;
    enum garner_code code = skip_blank(in, &c, err);

    if (code == GARNER_OK && !in->in_array && !in->had_one && c == '[') {
        in->in_array = true;
        in->chunks.done++;
        code = skip_blank(in, &c, err);
    } else if (code == GARNER_OK && in->in_array && in->had_one && c == ',') {
        in->chunks.done++;
        code = skip_blank(in, &c, err);
        if (code == GARNER_OK && c == ']')
            return wrong(in, in->line, "after a comma there is nothing", err);
    } else if (code == GARNER_OK && in->in_array && in->had_one && c == '{') {
        return wrong(in, in->line, "a comma is missing before this object",
                     err);
    }
    if (code != GARNER_OK)
        return code;
    if (in->in_array && c == ']') {
        in->chunks.done++;
        in->is_over = true;
        code = skip_blank(in, &c, err);
        if (code == GARNER_OK && c != '\0')
            return wrong(in, in->line, "there is more behind the array", err);
        return code == GARNER_OK ? GARNER_DONE : code;
    }
    if (c == '\0' && gn_chunks_at(&in->chunks) == gn_chunks_end(&in->chunks))
        return in->in_array ? wrong(in, in->line, "the array does not end", err)
                            : GARNER_DONE;
    if (c != '{')
        return wrong(in, in->line,
                     "here is no JSON object; a row is {\"column\": value, "
                     "...}",
                     err);
    in->had_one = true;
    return read_object(in, row, err);
}

/* --- both -----------------------------------------------------------------*/

static bool ends_in(const char *text, const char *end)
{
    const size_t n = strlen(text);
    const size_t m = strlen(end);

    return n > m && strcasecmp(text + n - m, end) == 0;
}

static enum gn_intake_format guess_format(const struct gn_intake *in, char c)
{
    const char *name = in->chunks.name;

    if (ends_in(name, ".csv") || ends_in(name, ".csv.gz"))
        return GN_INTAKE_CSV;
    if (ends_in(name, ".tsv") || ends_in(name, ".tab") ||
        ends_in(name, ".tsv.gz") || ends_in(name, ".tab.gz"))
        return GN_INTAKE_TSV;
    return c == '{' || c == '[' ? GN_INTAKE_JSON : GN_INTAKE_CSV;
}

/* What comes first but white space, which stays: in CSV it is part of a field.
 * *c 0: there is nothing. */
static enum garner_code peek(struct gn_intake *in, char *c,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t skipped = 0;

    *c = '\0';
    while (code == GARNER_OK) {
        const char *at = gn_chunks_at(&in->chunks) + skipped;
        const char *end = gn_chunks_end(&in->chunks);

        while (at < end && is_blank(*at))
            at++;
        if (at < end)
            *c = *at;
        if (at < end || in->chunks.ended)
            break;
        skipped = (size_t)(at - gn_chunks_at(&in->chunks));
        code = more(in, err);
    }
    return code;
}

static enum garner_code begin(struct gn_intake *in, struct garner_error *err)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t size = sizeof mark - 1;
    enum garner_code code = GARNER_OK;
    char c = '\0';

    in->begun = true;
    while (code == GARNER_OK && !in->chunks.ended &&
           in->chunks.held.size < size)
        code = more(in, err);
    if (code == GARNER_OK && in->chunks.held.size >= size &&
        memcmp(gn_chunks_at(&in->chunks), mark, size) == 0)
        in->chunks.done = size;
    if (code == GARNER_OK && in->options.format == GN_INTAKE_GUESS)
        code = peek(in, &c, err);
    if (code != GARNER_OK)
        return code;
    if (in->options.format == GN_INTAKE_GUESS)
        in->options.format = guess_format(in, c);
    return in->options.format == GN_INTAKE_JSON ? GARNER_OK
                                                : begin_csv(in, err);
}

enum garner_code gn_intake_next(struct gn_intake *in, struct gn_intake_row *row,
                                struct garner_error *err)
{
    const enum garner_code code = in->begun ? GARNER_OK : begin(in, err);

    if (code != GARNER_OK)
        return code;
    if (in->is_over)
        return GARNER_DONE;
    return in->options.format == GN_INTAKE_JSON ? next_json(in, row, err)
                                                : next_csv(in, row, err);
}
