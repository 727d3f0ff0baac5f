#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static void before_value(struct gn_json *j)
{
    if (j->comma)
        gn_buf_byte(j->out, ',');
    j->comma = true;
}

void gn_json_init(struct gn_json *j, struct gn_buf *out)
{
    *j = (struct gn_json){out, false};
}

void gn_json_open(struct gn_json *j, char bracket)
{
    before_value(j);
    gn_buf_byte(j->out, bracket);
    j->comma = false;
}

void gn_json_close(struct gn_json *j, char bracket)
{
    gn_buf_byte(j->out, bracket);
    j->comma = true;
}

static void escaped(struct gn_buf *out, unsigned char byte)
{
    static const char names[] = "btn\0fr"; /* from U+0008 */

    if (byte == '"' || byte == '\\')
        gn_buf_printf(out, "\\%c", byte);
    else if (byte >= 8 && byte <= 13 && byte != 11)
        gn_buf_printf(out, "\\%c", names[byte - 8]);
    else
        gn_buf_printf(out, "\\u%04x", byte);
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static void quoted(struct gn_buf *out, const char *s, size_t size)
{
    size_t length;

    gn_buf_byte(out, '"');
    for (size_t i = 0; i < size;) {
        size_t plain = i;

        while (plain < size && is_plain((unsigned char)s[plain]))
            plain++;
        gn_buf_append(out, s + i, plain - i);
        i = plain;
        if (i == size)
            break;
        length = gn_utf8_length(s + i, size - i);
        if (length == 0)
            gn_buf_text(out, "\xef\xbf\xbd");
        else if (length == 1)
            escaped(out, (unsigned char)s[i]);
        else
            gn_buf_append(out, s + i, length);
        i += length == 0 ? 1 : length;
    }
    gn_buf_byte(out, '"');
}

void gn_json_key(struct gn_json *j, const char *key)
{
    before_value(j);
    quoted(j->out, key, strlen(key));
    gn_buf_byte(j->out, ':');
    j->comma = false;
}

void gn_json_text_n(struct gn_json *j, const char *text, size_t size)
{
    before_value(j);
    quoted(j->out, text, size);
}

void gn_json_text(struct gn_json *j, const char *text)
{
    if (text == NULL)
        gn_json_null(j);
    else
        gn_json_text_n(j, text, strlen(text));
}

void gn_json_integer(struct gn_json *j, int64_t integer)
{
    before_value(j);
    gn_buf_printf(j->out, "%" PRId64, integer);
}

void gn_json_number(struct gn_json *j, const char *digits)
{
    before_value(j);
    gn_buf_text(j->out, digits);
}

void gn_json_real(struct gn_json *j, double real)
{
    char text[32];
    int digits = 15;

    if (!isfinite(real)) {
        gn_json_null(j);
        return;
    }
    do
        snprintf(text, sizeof text, "%.*g", digits, real);
    while (strtod(text, NULL) != real && ++digits <= 17);
    before_value(j);
    gn_buf_text(j->out, text);
}

void gn_json_bool(struct gn_json *j, bool value)
{
    before_value(j);
    gn_buf_text(j->out, value ? "true" : "false");
}

void gn_json_null(struct gn_json *j)
{
    before_value(j);
    gn_buf_text(j->out, "null");
}
