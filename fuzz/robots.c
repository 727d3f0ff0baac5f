/* robots.c - any text as a robots.txt, its first line the path that is asked
 * for: what is told of it lies within, and asking again says the same. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "fetch/robots.h"
#include "target.h"

static void check_within(const char *text, size_t size, const char *at,
                         size_t part)
{
    GN_CHECK(at >= text && part <= size && at <= text + size - part);
}

static void check_verdict(const char *text, size_t size, const char *path)
{
    struct gn_robots_verdict v;
    struct gn_robots_verdict again;

    gn_robots_ask(text, size, "FooBot", path, &v);
    gn_robots_ask(text, size, "foobot", path, &again);
    GN_CHECK(v.allowed == again.allowed && v.line == again.line);
    GN_CHECK(v.line > 0 || v.allowed);
    GN_CHECK(v.delay_ms >= 0 && v.delay_ms <= GN_ROBOTS_DELAY_MAX_MS);
    if (v.line > 0)
        check_within(text, size, v.rule, v.rule_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = gn_memdup(data, size);
    char *text;
    const char *url;
    size_t left;
    size_t url_size;
    size_t at = 0;

    GN_CHECK(copy != NULL);
    text = copy + strcspn(copy, "\n");
    left = size - (size_t)(text - copy);
    if (left > 0) {
        *text++ = '\0';
        left--;
    }
    check_verdict(text, left, copy);
    while (gn_robots_sitemap(text, left, &at, &url, &url_size))
        check_within(text, left, url, url_size);
    GN_CHECK(at <= left);
    gn_free(copy);
    return 0;
}
