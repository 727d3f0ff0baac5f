#include "fetch/backoff.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "base/error.h"

enum { TOO_MANY = 429, UNAVAILABLE = 503, TEXT = 64, DIGITS = 9 };

enum gn_retry_class gn_backoff_class(enum gn_failure failure, int status)
{
    switch (failure) {
    case GN_FAILURE_RESOLVE:
    case GN_FAILURE_CONNECT:
    case GN_FAILURE_PROTOCOL:
        return GN_RETRY_NETWORK;
    case GN_FAILURE_TLS:
        return GN_RETRY_TLS;
    case GN_FAILURE_TIMEOUT:
        return GN_RETRY_TIMEOUT;
    case GN_FAILURE_NONE:
        if (status == TOO_MANY)
            return GN_RETRY_TOO_MANY;
        return status >= 500 && status <= 599 ? GN_RETRY_SERVER : GN_RETRY_NONE;
    case GN_FAILURE_TOO_LARGE:
    case GN_FAILURE_REDIRECT:
    case GN_FAILURE_CANCELED:
    case GN_FAILURE_LOCAL:
        break;
    }
    return GN_RETRY_NONE;
}

/* The server has not done what it was asked for, for sure. */
static bool not_begun(enum gn_failure failure, int status)
{
    return failure == GN_FAILURE_RESOLVE || failure == GN_FAILURE_CONNECT ||
           failure == GN_FAILURE_TLS ||
           (failure == GN_FAILURE_NONE && status == TOO_MANY);
}

bool gn_backoff_again(const struct gn_backoff *b, enum gn_failure failure,
                      int status, int attempt, bool idempotent)
{
    const unsigned classes = b->classes != 0 ? b->classes : GN_RETRY_USUAL;
    const enum gn_retry_class class = gn_backoff_class(failure, status);

    return attempt <= b->times && class != GN_RETRY_NONE &&
           (classes & 1U << class) != 0 &&
           (idempotent || not_begun(failure, status));
}

int64_t gn_backoff_delay_ms(const struct gn_backoff *b, int attempt,
                            double random)
{
    const int64_t least = b->least_ms > 0 ? b->least_ms : GN_RETRY_LEAST_MS;
    int64_t most = b->most_ms > 0 ? b->most_ms : GN_RETRY_MOST_MS;
    int64_t bound = least;

    GN_CHECK(attempt >= 1);
    if (most < least)
        most = least;
    for (int i = 0; i < attempt && bound < most; i++)
        bound = bound > most / 2 ? most : bound * 2;
    return least + (int64_t)(random * (double)(bound - least + 1));
}

/* Copies the value of the first header of that name, if it is short; "". */
static void find(const char *lines, const char *name, char value[TEXT])
{
    const size_t n = strlen(name);

    value[0] = '\0';
    for (; *lines != '\0';
         lines += strcspn(lines, "\n"), lines += *lines != '\0')
        if (strncmp(lines, name, n) == 0 && strncmp(lines + n, ": ", 2) == 0) {
            const size_t size = strcspn(lines + n + 2, "\n");

            if (size < TEXT) {
                memcpy(value, lines + n + 2, size);
                value[size] = '\0';
            }
            return;
        }
}

/* Of a number without a sign; -1: it is none. */
static int64_t seconds(const char *text)
{
    int64_t n = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || text[digits] != '\0')
        return -1;
    while (digits > DIGITS && *text == '0') {
        text++;
        digits--;
    }
    if (digits > DIGITS)
        return GN_RETRY_AFTER_MAX_MS; /* more than the most, anyway */
    for (; *text != '\0'; text++)
        n = n * 10 + (*text - '0');
    return n;
}

/* From when the reply was made to the date; -1: it is none. */
static int64_t until(const char *date, const char *headers, int64_t wall_us)
{
    const time_t at = curl_getdate(date, NULL);
    char text[TEXT];
    time_t now;

    if (at < 0)
        return -1;
    find(headers, "date", text);
    now = text[0] != '\0' ? curl_getdate(text, NULL) : -1;
    if (now < 0)
        now = (time_t)(wall_us / 1000000);
    return at > now ? (int64_t)at - (int64_t)now : 0;
}

int64_t gn_backoff_retry_after_ms(int status, const char *headers,
                                  int64_t wall_us)
{
    char text[TEXT];
    int64_t s;

    if (status != TOO_MANY && status != UNAVAILABLE)
        return -1;
    find(headers, "retry-after", text);
    s = seconds(text);
    if (s < 0 && text[0] != '\0')
        s = until(text, headers, wall_us);
    if (s < 0)
        return -1;
    return s < GN_RETRY_AFTER_MAX_MS / 1000 ? s * 1000 : GN_RETRY_AFTER_MAX_MS;
}

bool gn_backoff_idempotent(const char *method, bool has_body)
{
    static const char *const methods[] = {"GET",     "HEAD",  "PUT", "DELETE",
                                          "OPTIONS", "TRACE", NULL};

    if (method == NULL)
        return !has_body;
    for (const char *const *m = methods; *m != NULL; m++)
        if (strcmp(*m, method) == 0)
            return true;
    return false;
}
