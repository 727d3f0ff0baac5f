#include "engine/expect/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/utf8.h"

enum {
    MOST_TEXT = 200,    /* bytes of a value */
    MOST_SAMPLE = 16384 /* bytes of all, after which no row begins */
};

bool gn_finding_set(struct gn_finding *finding, const char *rule,
                    const char *format, ...)
{
    char details[sizeof finding->text];
    struct garner_error tidy;
    va_list args;

    va_start(args, format);
    vsnprintf(details, sizeof details, format, args);
    va_end(args);
    (void)gn_fail(&tidy, GARNER_INVALID, "expected %s%s", rule, details);
    finding->rule = rule;
    memcpy(finding->text, tidy.message, sizeof finding->text);
    return false;
}

static void add_text(struct gn_json *j, const char *text, size_t size)
{
    char cut[MOST_TEXT + 4];
    size_t end = MOST_TEXT;

    if (size <= MOST_TEXT) {
        gn_json_text_n(j, text, size);
        return;
    }
    while (end > MOST_TEXT - 4 && gn_utf8_length(text + end, size - end) == 0)
        end--; /* not within a character */
    memcpy(cut, text, end);
    memset(cut + end, '.', 3);
    gn_json_text_n(j, cut, end + 3);
}

static void add_blob(struct gn_json *j, const unsigned char *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char hex[MOST_TEXT];
    size_t used = 0;

    for (size_t i = 0; i < size && used < sizeof hex; i++) {
        hex[used++] = digits[data[i] >> 4];
        hex[used++] = digits[data[i] & 15];
    }
    gn_json_text_n(j, hex, used);
}

static void add_value(struct gn_json *j, const struct garner_value *v)
{
    switch (v->type) {
    case GARNER_NULL:
        gn_json_null(j);
        break;
    case GARNER_INTEGER:
        gn_json_integer(j, v->integer);
        break;
    case GARNER_REAL:
        gn_json_real(j, v->real);
        break;
    case GARNER_TEXT:
        add_text(j, v->bytes.data, v->bytes.size);
        break;
    case GARNER_BLOB:
        add_blob(j, v->bytes.data, v->bytes.size);
        break;
    }
}

void gn_finding_sample(const struct gn_finding *finding,
                       const struct gn_rowset *rows, struct gn_buf *json)
{
    struct gn_json j;

    gn_json_init(&j, json);
    gn_json_open(&j, '[');
    for (size_t i = 0; i < finding->row_count && json->size < MOST_SAMPLE;
         i++) {
        const struct garner_value *row =
            rows->values + finding->rows[i] * rows->column_count;

        gn_json_open(&j, '{');
        for (size_t c = 0; c < rows->column_count; c++) {
            gn_json_key(&j, rows->columns[c]);
            add_value(&j, &row[c]);
        }
        gn_json_close(&j, '}');
    }
    gn_json_close(&j, ']');
}
