#include "engine/tell/rowlines.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"

static void add_blob(struct gn_json *j, const struct garner_value *v)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = v->bytes.data;
    struct gn_buf hex = {0};

    for (size_t i = 0; i < v->bytes.size; i++) {
        gn_buf_byte(&hex, digits[bytes[i] >> 4]);
        gn_buf_byte(&hex, digits[bytes[i] & 15]);
    }
    gn_json_text_n(j, gn_buf_cstr(&hex), hex.size);
    j->out->failed = j->out->failed || gn_buf_failed(&hex);
    gn_buf_fini(&hex);
}

static void add_value(struct gn_json *j, const struct garner_value *v)
{
    switch (v->type) {
    case GARNER_NULL:
        gn_json_null(j);
        return;
    case GARNER_INTEGER:
        gn_json_integer(j, v->integer);
        return;
    case GARNER_REAL:
        gn_json_real(j, v->real);
        return;
    case GARNER_TEXT:
        gn_json_text_n(j, v->bytes.data, v->bytes.size);
        return;
    case GARNER_BLOB:
        add_blob(j, v);
        return;
    }
}

static void add_row(struct gn_json *j, const struct gn_rowset *rows, size_t row)
{
    gn_json_open(j, '{');
    for (size_t i = 0; i < rows->column_count; i++) {
        gn_json_key(j, rows->columns[i]);
        add_value(j, &rows->values[row * rows->column_count + i]);
    }
    gn_json_close(j, '}');
}

size_t gn_rowlines_append(struct gn_buf *out, const struct gn_rowset *rows,
                          const char *table, size_t most)
{
    struct gn_buf line = {0};
    size_t n = 0;

    for (; n < rows->row_count; n++) {
        struct gn_json j;

        gn_buf_clear(&line);
        gn_json_init(&j, &line);
        if (table != NULL) {
            gn_json_open(&j, '{');
            gn_json_key(&j, "table");
            gn_json_text(&j, table);
            gn_json_key(&j, "row");
        }
        add_row(&j, rows, n);
        if (table != NULL)
            gn_json_close(&j, '}');
        gn_buf_byte(&line, '\n');
        if (gn_buf_failed(&line) || out->size + line.size > most)
            break;
        gn_buf_append(out, gn_buf_cstr(&line), line.size);
    }
    out->failed = out->failed || gn_buf_failed(&line);
    gn_buf_fini(&line);
    return n;
}

/* Its type and size go first, so that no two lists of values look alike. */
static uint64_t mix_value(uint64_t h, const struct garner_value *v)
{
    const uint64_t type = v->type;

    h = gn_hash_add(h, &type, sizeof type);
    switch (v->type) {
    case GARNER_NULL:
        return h;
    case GARNER_INTEGER:
        return gn_hash_add(h, &v->integer, sizeof v->integer);
    case GARNER_REAL:
        return gn_hash_add(h, &v->real, sizeof v->real);
    case GARNER_TEXT:
    case GARNER_BLOB:
        h = gn_hash_add(h, &v->bytes.size, sizeof v->bytes.size);
        return gn_hash_add(h, v->bytes.data, v->bytes.size);
    }
    return h;
}

uint64_t gn_rowlines_hash(const struct gn_rowset *rows)
{
    uint64_t sum = 0;

    for (size_t row = 0; row < rows->row_count; row++) {
        uint64_t h = GN_HASH_START;

        for (size_t i = 0; i < rows->column_count; i++) {
            h = gn_hash_add(h, rows->columns[i], strlen(rows->columns[i]) + 1);
            h = mix_value(h, &rows->values[row * rows->column_count + i]);
        }
        sum += h;
    }
    return sum;
}
