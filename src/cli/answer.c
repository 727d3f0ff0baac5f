#include "cli/answer.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/url.h"

enum garner_code gn_answer_file_name(const char *url, char name[GN_ANSWER_NAME],
                                     struct garner_error *err)
{
    struct gn_url parts;
    enum garner_code code = gn_url_split(url, &parts, err);
    size_t from = 0;

    if (code != GARNER_OK)
        return code;
    for (size_t i = 0; i < parts.path.size; i++)
        if (parts.path.text[i] == '/')
            from = i + 1;
    if (from >= parts.path.size || parts.path.size - from >= GN_ANSWER_NAME)
        return gn_fail(err, GARNER_INVALID,
                       "%.120s: its path has no file name; use --output FILE",
                       url);
    memcpy(name, parts.path.text + from, parts.path.size - from);
    name[parts.path.size - from] = '\0';
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return gn_fail(err, GARNER_INVALID,
                       "%.120s: its path has no file name; use --output FILE",
                       url);
    return GARNER_OK;
}

/* What one variable of --write-out stands for. */
static void variable(const char *name, size_t size, const struct gn_one *one,
                     struct gn_buf *out)
{
    const struct {
        const char *name;
        int64_t number; /* microseconds if it is a time */
        const char *text;
        bool is_time;
    } known[] = {
        {"http_code", one->status, NULL, false},
        {"response_code", one->status, NULL, false},
        {"num_redirects", one->redirects, NULL, false},
        {"size_download", one->wire_bytes, NULL, false},
        {"time_total", one->duration_us, NULL, true},
        {"time_starttransfer", one->first_byte_us, NULL, true},
        {"content_type", 0, one->content_type, false},
        {"url_effective", 0, one->final_url, false},
        {"errormsg", 0, one->error, false},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strlen(known[i].name) != size ||
            memcmp(known[i].name, name, size) != 0)
            continue;
        if (known[i].is_time)
            gn_buf_printf(out, "%" PRId64 ".%06" PRId64,
                          known[i].number / 1000000, known[i].number % 1000000);
        else if (i < 4)
            gn_buf_printf(out, "%0*" PRId64, i < 2 ? 3 : 1, known[i].number);
        else
            gn_buf_text(out, known[i].text != NULL ? known[i].text : "");
        return;
    }
    gn_buf_printf(out, "%%{%.*s}", (int)size, name); /* left for eyes to see */
}

/* What the letter after a backslash stands for; 0: nothing. */
static char escaped(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case '\\':
        return '\\';
    default:
        return '\0';
    }
}

void gn_answer_write_out(const char *format, const struct gn_one *one,
                         struct gn_buf *out)
{
    for (const char *at = format; *at != '\0'; at++) {
        const char *end = at[0] == '%' && at[1] == '{' ? strchr(at, '}') : NULL;

        if (end != NULL) {
            variable(at + 2, (size_t)(end - at) - 2, one, out);
            at = end;
        } else if (at[0] == '%' && at[1] == '%') {
            gn_buf_byte(out, *++at);
        } else if (at[0] == '\\' && escaped(at[1]) != '\0') {
            gn_buf_byte(out, escaped(*++at));
        } else {
            gn_buf_byte(out, *at);
        }
    }
}

void gn_answer_head(const struct gn_one *one, struct gn_buf *out)
{
    if (one->http_version == 20)
        gn_buf_printf(out, "HTTP/2 %d\r\n", one->status);
    else
        gn_buf_printf(out, "HTTP/%d.%d %d\r\n", one->http_version / 10,
                      one->http_version % 10, one->status);
    for (const char *at = gn_buf_cstr(&one->headers); *at != '\0'; at++) {
        if (*at == '\n')
            gn_buf_byte(out, '\r');
        gn_buf_byte(out, *at);
    }
    gn_buf_text(out, "\r\n");
}
