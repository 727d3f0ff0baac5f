#include "cli/csvrows.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/guess.h"
#include "cli/sniff.h"

enum { MOST_SNIFFED = 64 << 10 };

void gn_csvrows_init(struct gn_csvrows *r,
                     const struct gn_intake_options *options)
{
    *r = (struct gn_csvrows){.options = options};
    gn_csv_init(&r->csv, "", 0);
}

void gn_csvrows_fini(struct gn_csvrows *r)
{
    gn_csv_fini(&r->csv);
    gn_arena_clear(&r->head);
    gn_free(r->names);
    gn_free(r->values);
}

/* Reads the next record, whole, into csv. */
static enum garner_code record(struct gn_csvrows *r, struct gn_scroll *s,
                               struct garner_error *err)
{
    struct gn_csv *csv = &r->csv;

    for (;;) {
        enum garner_code code;

        csv->at = gn_chunks_at(&s->chunks);
        csv->end = gn_chunks_end(&s->chunks);
        csv->line = s->line;
        code = gn_csv_next(csv);
        if (code == GARNER_NOMEM)
            return gn_scroll_no_memory(s, err);
        /* At the end of what is there it may be cut. */
        if (csv->at < csv->end || s->chunks.ended) {
            gn_scroll_pass(s, csv->at, csv->line);
            return code == GARNER_OK && csv->fault != NULL
                       ? gn_scroll_wrong(s, csv->record_line, csv->fault, err)
                       : code;
        }
        code = gn_scroll_more(s, err);
        if (code != GARNER_OK)
            return code;
    }
}

static enum garner_code check_text(const struct gn_csvrows *r,
                                   struct gn_scroll *s,
                                   struct garner_error *err)
{
    const struct gn_csv_field *f = r->csv.fields;
    const struct gn_csv_field *end = f + r->csv.count;
    size_t line = r->csv.record_line;

    while (f < end && gn_utf8_good(f->text, f->size) == f->size)
        f++;
    if (f == end)
        return GARNER_OK;
    for (const struct gn_csv_field *b = r->csv.fields; b < f; b++)
        line += gn_scroll_lines(b->text, b->text + b->size);
    return gn_scroll_check(s, f->text, f->size, line, err);
}

/* What parts the fields, by the first line, however it comes. */
static enum garner_code sniff(struct gn_csvrows *r, struct gn_scroll *s,
                              struct garner_error *err)
{
    struct gn_chunks *c = &s->chunks;

    for (;;) {
        const char *at = gn_chunks_at(c);
        const size_t size = (size_t)(gn_chunks_end(c) - at);
        enum garner_code code;

        if (c->ended || size >= MOST_SNIFFED ||
            gn_sniff_is_whole(at, size, r->csv.quote)) {
            r->csv.delimiter = gn_sniff_delimiter(at, size, r->csv.quote);
            return GARNER_OK;
        }
        code = gn_scroll_more(s, err);
        if (code != GARNER_OK)
            return code;
    }
}

/* What parts the fields, as options say. */
static enum garner_code choose_delimiter(struct gn_csvrows *r,
                                         struct gn_scroll *s,
                                         struct garner_error *err)
{
    const struct gn_intake_options *o = r->options;

    if (o->quote != '\0')
        r->csv.quote = o->quote;
    if (o->delimiter != '\0')
        r->csv.delimiter = o->delimiter;
    else if (o->sniff)
        return sniff(r, s, err);
    else if (o->format == GN_INTAKE_TSV)
        r->csv.delimiter = '\t';
    return GARNER_OK;
}

/* Nobody wants "a;b" for a column. */
static enum garner_code check_delimiter(const struct gn_csvrows *r,
                                        struct gn_scroll *s,
                                        struct garner_error *err)
{
    const struct gn_csv_field *f = &r->csv.fields[0];
    char found;

    if (r->csv.count != 1 || r->options->delimiter != '\0' || r->options->sniff)
        return GARNER_OK;
    found = gn_sniff_delimiter(f->text, f->size, '\0');
    if (found == r->csv.delimiter || memchr(f->text, found, f->size) == NULL)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "%.100s:%zu: there is one column, \"%.*s\"; say what parts "
                   "them: --delimiter '%s', or --sniff",
                   s->chunks.name, r->csv.record_line,
                   f->size < 60 ? (int)f->size : 60, f->text,
                   found == '\t' ? "\\t" : (char[2]){found, '\0'});
}

static enum garner_code make_columns(struct gn_csvrows *r, struct gn_scroll *s,
                                     struct garner_error *err)
{
    r->count = r->csv.count;
    r->names = gn_alloc((r->count + 1) * sizeof r->names[0]);
    r->values = gn_alloc((r->count + 1) * sizeof r->values[0]);
    return r->names != NULL && r->values != NULL ? GARNER_OK
                                                 : gn_scroll_no_memory(s, err);
}

/* untitled_1, untitled_2 ...: the first record is a row. */
static enum garner_code number_columns(struct gn_csvrows *r,
                                       struct gn_scroll *s,
                                       struct garner_error *err)
{
    char name[32];

    r->has_record = true;
    for (size_t i = 0; i < r->count; i++) {
        const int size = snprintf(name, sizeof name, "untitled_%zu", i + 1);

        r->names[i] = gn_arena_copy(&r->head, name, (size_t)size);
        if (r->names[i] == NULL)
            return gn_scroll_no_memory(s, err);
    }
    return GARNER_OK;
}

/* The first record has the names. */
enum garner_code gn_csvrows_begin(struct gn_csvrows *r, struct gn_scroll *s,
                                  struct garner_error *err)
{
    enum garner_code code = choose_delimiter(r, s, err);

    if (code == GARNER_OK)
        code = record(r, s, err);
    if (code == GARNER_OK)
        code = check_text(r, s, err);
    if (code == GARNER_OK)
        code = check_delimiter(r, s, err);
    if (code == GARNER_OK)
        code = make_columns(r, s, err);
    if (code != GARNER_OK || r->options->headless)
        return code == GARNER_OK ? number_columns(r, s, err) : code;
    for (size_t i = 0; i < r->count; i++) {
        const struct gn_csv_field *f = &r->csv.fields[i];

        r->names[i] = gn_arena_copy(&r->head, f->text, f->size);
        if (r->names[i] == NULL)
            return gn_scroll_no_memory(s, err);
        if (*r->names[i] == '\0')
            return gn_scroll_wrong(
                s, r->csv.record_line,
                "the first line names the columns, and one has no "
                "name",
                err);
        for (size_t k = 0; k < i; k++)
            if (strcasecmp(r->names[i], r->names[k]) == 0)
                return gn_scroll_wrong(s, r->csv.record_line,
                                       "two columns have the same name", err);
    }
    return GARNER_OK;
}

enum garner_code gn_csvrows_next(struct gn_csvrows *r, struct gn_scroll *s,
                                 struct gn_intake_row *row,
                                 struct garner_error *err)
{
    enum garner_code code = r->has_record ? GARNER_OK : record(r, s, err);

    r->has_record = false;
    if (code == GARNER_OK)
        code = check_text(r, s, err);
    if (code != GARNER_OK)
        return code;
    if (r->csv.count != r->count)
        return gn_fail(err, GARNER_INVALID,
                       "%.100s:%zu: this row has %zu field%s, and there are "
                       "%zu columns",
                       s->chunks.name, r->csv.record_line, r->csv.count,
                       r->csv.count == 1 ? "" : "s", r->count);
    for (size_t i = 0; i < r->count; i++) {
        const struct gn_csv_field *f = &r->csv.fields[i];

        r->values[i] = r->options->detect_types
                           ? gn_guess_value(f->text, f->size)
                           : garner_text_n(f->text, f->size);
        if (f->size == 0 && r->options->empty_null)
            r->values[i] = garner_null();
    }
    *row = (struct gn_intake_row){r->names, r->values, r->count,
                                  r->csv.record_line};
    return GARNER_OK;
}
