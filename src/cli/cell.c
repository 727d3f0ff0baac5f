#include "cli/cell.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "cli/text.h"

enum { BLOB_SHOWN = 16 };

void gn_cell_base64(struct gn_buf *out, const void *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *s = data;

    for (size_t i = 0; i < size; i += 3) {
        const size_t left = size - i;
        const uint32_t bits = (uint32_t)s[i] << 16 |
                              (left > 1 ? (uint32_t)s[i + 1] << 8 : 0) |
                              (left > 2 ? (uint32_t)s[i + 2] : 0);

        gn_buf_byte(out, digits[bits >> 18]);
        gn_buf_byte(out, digits[bits >> 12 & 63]);
        if (left > 1)
            gn_buf_byte(out, digits[bits >> 6 & 63]);
        if (left > 2)
            gn_buf_byte(out, digits[bits & 63]);
        gn_buf_text(out, left > 2 ? "" : left > 1 ? "=" : "==");
    }
}

/* Shortest digits that read back to the same number, and always seen to be a
 * real one. */
static void real(struct gn_buf *out, double value)
{
    char text[40];
    int digits = 15;

    if (!isfinite(value)) {
        gn_buf_text(out, value > 0 ? "Inf" : value < 0 ? "-Inf" : "NaN");
        return;
    }
    do
        snprintf(text, sizeof text, "%.*g", digits, value);
    while (strtod(text, NULL) != value && ++digits <= 17);
    gn_buf_text(out, text);
    if (strpbrk(text, ".e") == NULL)
        gn_buf_text(out, ".0");
}

void gn_cell_raw(struct gn_buf *out, const struct garner_value *value)
{
    switch (value->type) {
    case GARNER_NULL:
        break;
    case GARNER_INTEGER:
        gn_buf_printf(out, "%" PRId64, value->integer);
        break;
    case GARNER_REAL:
        real(out, value->real);
        break;
    case GARNER_TEXT:
    case GARNER_BLOB:
        gn_buf_append(out, value->bytes.data, value->bytes.size);
        break;
    }
}

static void blob(struct gn_buf *out, const struct garner_value *value)
{
    const unsigned char *s = value->bytes.data;
    const size_t size = value->bytes.size;
    char text[32];

    gn_buf_text(out, "x'");
    for (size_t i = 0; i < size && i < BLOB_SHOWN; i++)
        gn_buf_printf(out, "%02x", s[i]);
    if (size <= BLOB_SHOWN) {
        gn_buf_byte(out, '\'');
        return;
    }
    gn_unit_format_size((int64_t)size, text);
    gn_buf_printf(out, "...' (%s)", text);
}

size_t gn_cell_table(struct gn_buf *out, const struct garner_value *value,
                     size_t width)
{
    const size_t before = out->size;

    if (value->type == GARNER_TEXT)
        return gn_text_show(out, value->bytes.data, value->bytes.size, width);
    if (value->type == GARNER_NULL)
        gn_buf_text(out, "NULL");
    else if (value->type == GARNER_BLOB)
        blob(out, value);
    else
        gn_cell_raw(out, value);
    return out->size - before;
}

static void csv_text(struct gn_buf *out, const char *text, size_t size)
{
    bool plain = size > 0; /* "" is empty, nothing at all is NULL */

    for (size_t i = 0; i < size && plain; i++)
        plain = text[i] != '"' && text[i] != ',' && text[i] != '\r' &&
                text[i] != '\n';
    if (plain) {
        gn_buf_append(out, text, size);
        return;
    }
    gn_buf_byte(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"')
            gn_buf_byte(out, '"');
        gn_buf_byte(out, text[i]);
    }
    gn_buf_byte(out, '"');
}

void gn_cell_csv(struct gn_buf *out, const struct garner_value *value)
{
    if (value->type == GARNER_TEXT)
        csv_text(out, value->bytes.data, value->bytes.size);
    else if (value->type == GARNER_BLOB)
        gn_cell_base64(out, value->bytes.data, value->bytes.size);
    else
        gn_cell_raw(out, value);
}

static void tsv_text(struct gn_buf *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        switch (text[i]) {
        case '\t':
            gn_buf_text(out, "\\t");
            break;
        case '\n':
            gn_buf_text(out, "\\n");
            break;
        case '\r':
            gn_buf_text(out, "\\r");
            break;
        case '\\':
            gn_buf_text(out, "\\\\");
            break;
        default:
            gn_buf_byte(out, text[i]);
        }
    }
}

void gn_cell_tsv(struct gn_buf *out, const struct garner_value *value)
{
    if (value->type == GARNER_NULL)
        gn_buf_text(out, "\\N");
    else if (value->type == GARNER_TEXT)
        tsv_text(out, value->bytes.data, value->bytes.size);
    else if (value->type == GARNER_BLOB)
        gn_cell_base64(out, value->bytes.data, value->bytes.size);
    else
        gn_cell_raw(out, value);
}

static void json_blob(struct gn_json *j, const struct garner_value *value)
{
    gn_json_open(j, '{');
    gn_json_key(j, "$base64");
    gn_json_bool(j, true);
    gn_json_key(j, "encoded");
    gn_buf_byte(j->out, '"'); /* base64 needs no escapes */
    gn_cell_base64(j->out, value->bytes.data, value->bytes.size);
    gn_buf_byte(j->out, '"');
    gn_json_close(j, '}');
}

void gn_cell_json(struct gn_json *j, const struct garner_value *value)
{
    switch (value->type) {
    case GARNER_NULL:
        gn_json_null(j);
        break;
    case GARNER_INTEGER:
        gn_json_integer(j, value->integer);
        break;
    case GARNER_REAL:
        gn_json_real(j, value->real);
        break;
    case GARNER_TEXT:
        gn_json_text_n(j, value->bytes.data, value->bytes.size);
        break;
    case GARNER_BLOB:
        json_blob(j, value);
        break;
    }
}
