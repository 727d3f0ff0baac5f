/* cron.c - any bytes as a cron line (the first one) and as a window (the rest):
 * what is taken has times, one after another, and opens. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "schedule/spec.h"
#include "target.h"

enum { TIMES = 20 };

static void look_at_line(const char *text)
{
    struct gn_cron line;
    struct garner_error err;
    int64_t t = 0;

    if (gn_cron_parse(text, &line, &err) != GARNER_OK) {
        GN_CHECK(err.message[0] != '\0');
        return;
    }
    for (int i = 0; i < TIMES; i++) {
        const int64_t next = gn_cron_next(&line, NULL, t);

        GN_CHECK(next > t && gn_cron_next(&line, NULL, next - 1) == next);
        t = next;
    }
}

static void look_at_window(const char *text)
{
    struct gn_window window;
    struct garner_error err;
    int64_t t = 1000000000;

    if (gn_window_parse(text, &window, &err) != GARNER_OK) {
        GN_CHECK(err.message[0] != '\0');
        return;
    }
    for (int i = 0; i < TIMES && t != INT64_MAX; i++) {
        const int64_t opens = gn_window_opens(&window, NULL, t);
        const int64_t closes = gn_window_closes(&window, NULL, opens);

        GN_CHECK(opens >= t && gn_window_has(&window, NULL, opens));
        GN_CHECK(closes > opens);
        GN_CHECK(closes == INT64_MAX || !gn_window_has(&window, NULL, closes));
        t = closes;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    const size_t line = end != NULL ? (size_t)(end - data) : size;
    char *cron = gn_memdup(data, line);
    char *window = end != NULL ? gn_memdup(end + 1, size - line - 1) : NULL;

    GN_CHECK(cron != NULL);
    look_at_line(cron);
    if (window != NULL)
        look_at_window(window);
    gn_free(cron);
    gn_free(window);
    return 0;
}
