#include "cli/output.h"

#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cell.h"
#include "cli/grid.h"
#include "cli/writer.h"

struct gn_output {
    struct gn_writer to;
    enum gn_format format;
    size_t width;
    bool color;
    struct gn_grid *table; /* TABLE */
    char **names;          /* keys of JSON objects, each only once */
    size_t count;
    uint64_t rows;
};

enum garner_code gn_format_choose(const struct gn_format_flags *flags,
                                  bool terminal, enum gn_format *format,
                                  struct garner_error *err)
{
    const bool asked[] = {flags->table, flags->csv, flags->tsv,
                          flags->json,  flags->nl,  flags->raw};
    int n = 0;

    *format = terminal ? GN_FORMAT_TABLE : GN_FORMAT_NL;
    for (int i = 0; i < (int)(sizeof asked / sizeof asked[0]); i++) {
        if (asked[i]) {
            *format = (enum gn_format)i;
            n++;
        }
    }
    if (n > 1)
        return gn_fail(err, GARNER_INVALID,
                       "choose one of --table --csv --tsv --json --nl --raw");
    return GARNER_OK;
}

enum garner_code gn_output_new(int fd, enum gn_format format, size_t width,
                               bool color, struct gn_output **out,
                               struct garner_error *err)
{
    struct gn_output *o = gn_alloc(sizeof *o);

    *out = o;
    if (o == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for the output");
    o->to.fd = fd;
    o->to.name = "standard output";
    o->format = format;
    o->width = width;
    o->color = color;
    return GARNER_OK;
}

void gn_output_name(struct gn_output *o, const char *name)
{
    o->to.name = name;
}

void gn_output_free(struct gn_output *o)
{
    if (o == NULL)
        return;
    for (size_t i = 0; o->names != NULL && i < o->count; i++)
        gn_free(o->names[i]);
    gn_free(o->names);
    gn_grid_free(o->table);
    gn_writer_fini(&o->to);
    gn_free(o);
}

static bool is_taken(const struct gn_output *o, const char *name, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(o->names[i], name) == 0)
            return true;
    return false;
}

/* A key of an object may stand there once: id, id_2, id_3. */
static char *only_once(const struct gn_output *o, const char *name,
                       size_t count)
{
    struct gn_buf b = {0};
    char *copy;

    gn_buf_text(&b, name);
    for (unsigned n = 2;
         !gn_buf_failed(&b) && is_taken(o, gn_buf_cstr(&b), count); n++) {
        gn_buf_clear(&b);
        gn_buf_printf(&b, "%s_%u", name, n);
    }
    copy = gn_buf_failed(&b) ? NULL : gn_strdup(gn_buf_cstr(&b));
    gn_buf_fini(&b);
    return copy;
}

static enum garner_code keep_names(struct gn_output *o,
                                   const char *const *names,
                                   struct garner_error *err)
{
    o->names = gn_alloc((o->count + 1) * sizeof *o->names);
    for (size_t i = 0; o->names != NULL && i < o->count; i++) {
        o->names[i] = only_once(o, names[i], i);
        if (o->names[i] == NULL)
            return gn_fail(err, GARNER_NOMEM, "no memory for column names");
    }
    return o->names != NULL
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM, "no memory for column names");
}

/* The head line of CSV and TSV. */
static void head(struct gn_output *o, const char *const *names)
{
    for (size_t i = 0; i < o->count; i++) {
        const struct garner_value name = garner_text(names[i]);

        if (o->format == GN_FORMAT_CSV) {
            gn_buf_text(&o->to.text, i > 0 ? "," : "");
            gn_cell_csv(&o->to.text, &name);
        } else {
            gn_buf_text(&o->to.text, i > 0 ? "\t" : "");
            gn_cell_tsv(&o->to.text, &name);
        }
    }
    gn_buf_text(&o->to.text, o->format == GN_FORMAT_CSV ? "\r\n" : "\n");
}

enum garner_code gn_output_columns(struct gn_output *o,
                                   const char *const *names, size_t count,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    GN_CHECK(o->count == 0);
    o->count = count;
    switch (o->format) {
    case GN_FORMAT_TABLE:
        code = gn_grid_new(names, count, o->width, o->color, &o->table, err);
        break;
    case GN_FORMAT_CSV:
    case GN_FORMAT_TSV:
        head(o, names);
        break;
    case GN_FORMAT_JSON:
        gn_buf_byte(&o->to.text, '[');
        code = keep_names(o, names, err);
        break;
    case GN_FORMAT_NL:
        code = keep_names(o, names, err);
        break;
    case GN_FORMAT_RAW:
        break;
    }
    return code;
}

static void object(struct gn_output *o, const struct garner_value *values)
{
    struct gn_json j;

    gn_json_init(&j, &o->to.text);
    gn_json_open(&j, '{');
    for (size_t i = 0; i < o->count; i++) {
        gn_json_key(&j, o->names[i]);
        gn_cell_json(&j, &values[i]);
    }
    gn_json_close(&j, '}');
}

static void line(struct gn_output *o, const struct garner_value *values)
{
    for (size_t i = 0; i < o->count; i++) {
        if (o->format == GN_FORMAT_CSV) {
            gn_buf_text(&o->to.text, i > 0 ? "," : "");
            gn_cell_csv(&o->to.text, &values[i]);
        } else {
            gn_buf_text(&o->to.text, i > 0 ? "\t" : "");
            gn_cell_tsv(&o->to.text, &values[i]);
        }
    }
    gn_buf_text(&o->to.text, o->format == GN_FORMAT_CSV ? "\r\n" : "\n");
}

enum garner_code gn_output_row(struct gn_output *o,
                               const struct garner_value *values,
                               struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    switch (o->format) {
    case GN_FORMAT_TABLE:
        code = gn_grid_row(o->table, values, &o->to.text, err);
        break;
    case GN_FORMAT_CSV:
    case GN_FORMAT_TSV:
        line(o, values);
        break;
    case GN_FORMAT_JSON:
        gn_buf_text(&o->to.text, o->rows > 0 ? ",\n " : "");
        object(o, values);
        break;
    case GN_FORMAT_NL:
        object(o, values);
        gn_buf_byte(&o->to.text, '\n');
        break;
    case GN_FORMAT_RAW:
        if (o->rows == 0 && o->count > 0)
            gn_cell_raw(&o->to.text, &values[0]);
        break;
    }
    o->rows++;
    if (code == GARNER_OK)
        code = gn_writer_pass(&o->to, err);
    return code == GARNER_OK && o->format == GN_FORMAT_RAW ? GARNER_DONE : code;
}

enum garner_code gn_output_end(struct gn_output *o, struct garner_error *err)
{
    if (o->format == GN_FORMAT_TABLE && o->table != NULL)
        gn_grid_end(o->table, &o->to.text);
    else if (o->format == GN_FORMAT_JSON)
        gn_buf_text(&o->to.text, "]\n");
    return gn_writer_flush(&o->to, err);
}
