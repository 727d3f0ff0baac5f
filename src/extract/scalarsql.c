#include "extract/scalarsql.h"

#include <string.h>

#include "base/url.h"
#include "base/urlnorm.h"
#include "extract/give.h"
#include "extract/numbertext.h"
#include "extract/textnorm.h"
#include "extract/timetext.h"

/* --- arguments and results ------------------------------------------------*/

/* The bytes of an argument; NULL: it is NULL, or there is no memory, which is
 * the result then. */
static const char *take_text(sqlite3_context *to, sqlite3_value *value,
                             size_t *size)
{
    const char *text;

    if (sqlite3_value_type(value) == SQLITE_NULL)
        return NULL;
    text = sqlite3_value_type(value) == SQLITE_BLOB
               ? sqlite3_value_blob(value)
               : (const char *)sqlite3_value_text(value);
    *size = (size_t)sqlite3_value_bytes(value);
    if (text == NULL && *size == 0 && sqlite3_value_type(value) == SQLITE_BLOB)
        return "";
    if (text == NULL)
        sqlite3_result_error_nomem(to);
    return text;
}

/* The same as a text that C can read; NULL also: there is a NUL in it. */
static const char *take_string(sqlite3_context *to, sqlite3_value *value)
{
    const char *text;

    if (sqlite3_value_type(value) == SQLITE_NULL)
        return NULL;
    text = (const char *)sqlite3_value_text(value);
    if (text == NULL)
        sqlite3_result_error_nomem(to);
    return text != NULL && strlen(text) == (size_t)sqlite3_value_bytes(value)
               ? text
               : NULL;
}

static void fail(sqlite3_context *to, const char *format, const char *what)
{
    char *text = sqlite3_mprintf(format, what);

    if (text != NULL)
        sqlite3_result_error(to, text, -1);
    else
        sqlite3_result_error_nomem(to);
    sqlite3_free(text);
}

/* --- parse_time, parse_number ---------------------------------------------*/

static bool read_time(sqlite3_context *to, sqlite3_value *value,
                      const struct gn_timehint *hint, struct gn_timeunix *out)
{
    const char *text;
    size_t size;

    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return gn_timeunix_integer(sqlite3_value_int64(value), out);
    case SQLITE_FLOAT:
        return gn_timeunix_real(sqlite3_value_double(value), out);
    default:
        text = take_text(to, value, &size);
        return text != NULL && gn_timetext_read(text, size, hint, out);
    }
}

static void parse_time(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_timehint hint = {0};
    struct gn_timeunix time;

    if (argc > 1 && sqlite3_value_type(argv[1]) != SQLITE_NULL) {
        const char *text = take_string(to, argv[1]);

        if (text == NULL || !gn_timehint_read(text, strlen(text), &hint)) {
            fail(to,
                 "parse_time: the hint is dmy or mdy, a zone such as +01:00 or "
                 "CET, or both, not \"%.30s\"",
                 text != NULL ? text : "");
            return;
        }
    }
    if (!read_time(to, argv[0], &hint, &time))
        return;
    if (time.nanoseconds == 0)
        sqlite3_result_int64(to, time.seconds);
    else
        sqlite3_result_double(to, (double)time.seconds +
                                      (double)time.nanoseconds / 1e9);
}

/* Appends the text with full-width figures and marks as ASCII's: U+FF0C to
 * U+FF19 have their order. */
static void narrow(const char *text, size_t size, struct gn_buf *out)
{
    const char *end = text + size;

    for (const char *at = text; at < end; at++) {
        const unsigned last = end - at > 2 ? (unsigned char)at[2] : 0;

        if (end - at > 2 && memcmp(at, "\xef\xbc", 2) == 0 &&
            (last == 0x8c || last == 0x8e || (last >= 0x90 && last <= 0x99))) {
            gn_buf_byte(out, (char)(last - 0x8c + ','));
            at += 2;
        } else {
            gn_buf_byte(out, *at);
        }
    }
}

/* false: it is none, or no memory, which *out knows. */
static bool read_number(const char *text, size_t size, char decimal,
                        struct gn_number *number, struct gn_buf *out)
{
    if (memmem(text, size, "\xef\xbc", 2) != NULL) {
        narrow(text, size, out);
        text = gn_buf_cstr(out);
        size = out->size;
    }
    return !gn_buf_failed(out) &&
           gn_numbertext_read(text, size, decimal, number);
}

static void give_number(sqlite3_context *to, const struct gn_number *number)
{
    switch (number->kind) {
    case GN_NUMBER_INTEGER:
        sqlite3_result_int64(to, number->integer);
        return;
    case GN_NUMBER_REAL:
        sqlite3_result_double(to, number->real);
        return;
    case GN_NUMBER_LARGE:
        sqlite3_result_text(to, number->text, -1, SQLITE_TRANSIENT);
        return;
    }
}

static void parse_number(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const int type = sqlite3_value_type(argv[0]);
    struct gn_buf narrowed = {0};
    struct gn_number number;
    char decimal = '\0';
    const char *text;
    size_t size;

    if (argc > 1 && sqlite3_value_type(argv[1]) != SQLITE_NULL) {
        text = take_string(to, argv[1]);
        if (text != NULL)
            decimal = gn_numbertext_locale(text);
        if (decimal == '\0') {
            fail(to,
                 "parse_number: the locale \"%.30s\" is not known: give the "
                 "mark before decimals, '.' or ','",
                 text != NULL ? text : "");
            return;
        }
    }
    if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
        sqlite3_result_value(to, argv[0]);
        return;
    }
    text = take_text(to, argv[0], &size);
    if (text == NULL)
        return;
    if (read_number(text, size, decimal, &number, &narrowed))
        give_number(to, &number);
    else if (gn_buf_failed(&narrowed))
        sqlite3_result_error_nomem(to);
    gn_buf_fini(&narrowed);
}

/* --- text_norm, text_hash, hash -------------------------------------------*/

static void text_norm(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_buf out = {0};
    size_t size;
    const char *text = take_text(to, argv[0], &size);

    (void)argc;
    if (text == NULL)
        return;
    gn_textnorm(text, size, &out);
    gn_give_result(to, &out);
}

static void text_hash(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    char hash[65];
    size_t size;
    const char *text = take_text(to, argv[0], &size);

    (void)argc;
    if (text == NULL)
        return;
    if (gn_textnorm_hash(text, size, hash))
        sqlite3_result_text(to, hash, -1, SQLITE_TRANSIENT);
    else
        sqlite3_result_error_nomem(to);
}

static void hash(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    char out[65];
    size_t size;
    const char *data = take_text(to, argv[0], &size);

    (void)argc;
    if (data == NULL)
        return;
    if (gn_textnorm_hash_bytes(data, size, out))
        sqlite3_result_text(to, out, -1, SQLITE_TRANSIENT);
    else
        sqlite3_result_error_nomem(to);
}

/* --- url_norm, url_part ---------------------------------------------------*/

static void url_norm(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const char *url = take_string(to, argv[0]);
    struct gn_buf out = {0};
    enum garner_code code;

    (void)argc;
    if (url == NULL)
        return;
    code = gn_urlnorm(url, &out, NULL);
    out.failed = out.failed || code == GARNER_NOMEM;
    if (code != GARNER_INVALID)
        gn_give_result(to, &out);
    gn_buf_fini(&out);
}

static void give_slice(sqlite3_context *to, struct gn_url_part part)
{
    if (part.size > 0)
        sqlite3_result_text64(to, part.text, part.size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
}

static void give_parameter(sqlite3_context *to, const struct gn_url *url,
                           const char *name)
{
    struct gn_buf out = {0};

    if (gn_urlnorm_parameter(url->query.text, url->query.size, name, &out) ||
        gn_buf_failed(&out))
        gn_give_result(to, &out);
}

static void give_part(sqlite3_context *to, const struct gn_url *url,
                      const char *name)
{
    const struct {
        const char *name;
        struct gn_url_part part;
    } parts[] = {{"scheme", url->scheme}, {"user", url->user},
                 {"host", url->host},     {"path", url->path},
                 {"query", url->query},   {"fragment", url->fragment}};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(name, parts[i].name) == 0) {
            give_slice(to, parts[i].part);
            return;
        }
    if (strcmp(name, "port") == 0)
        sqlite3_result_int(to, url->port >= 0          ? url->port
                               : url->scheme.size == 5 ? 443
                                                       : 80);
    else if (name[0] == '?')
        give_parameter(to, url, name + 1);
    else
        fail(to,
             "url_part: a part is scheme, user, host, port, path, query or "
             "fragment, or ? and a parameter's name, not \"%.30s\"",
             name);
}

static void url_part(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const char *text = take_string(to, argv[0]);
    const char *name = take_string(to, argv[1]);
    struct gn_url url;

    (void)argc;
    if (text != NULL && name != NULL &&
        gn_url_split(text, &url, NULL) == GARNER_OK)
        give_part(to, &url, name);
}

int gn_scalarsql_register(sqlite3 *db)
{
    static const struct gn_function functions[] = {
        {"parse_time", 1, parse_time},
        {"parse_time", 2, parse_time},
        {"parse_number", 1, parse_number},
        {"parse_number", 2, parse_number},
        {"text_norm", 1, text_norm},
        {"text_hash", 1, text_hash},
        {"hash", 1, hash},
        {"url_norm", 1, url_norm},
        {"url_part", 2, url_part},
    };
    int rc = SQLITE_OK;

    if (rc == SQLITE_OK)
        rc = gn_give_functions(db, functions,
                               sizeof functions / sizeof functions[0], NULL);
    return rc;
}
