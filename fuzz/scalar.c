/* scalar.c - any bytes as a time, a number, a text and a URL: what is made of
 * them is within bounds, and is itself when it is read again. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/urlnorm.h"
#include "extract/numbertext.h"
#include "extract/textnorm.h"
#include "extract/timetext.h"
#include "target.h"

static void check_time(const char *text, size_t size)
{
    static const struct gn_timehint hints[] = {{0, GN_TIMEHINT_UNKNOWN},
                                               {3600, GN_TIMEHINT_DAY_FIRST}};
    struct gn_timehint hint;
    struct gn_timeunix t;

    for (size_t i = 0; i < 2; i++)
        if (gn_timetext_read(text, size, &hints[i], &t)) {
            GN_CHECK(t.nanoseconds >= 0 && t.nanoseconds < 1000000000);
            /* zones go a day beyond the years 1 and 9999 */
            GN_CHECK(t.seconds >= -62135683200 && t.seconds <= 253402387200);
        }
    if (gn_timehint_read(text, size, &hint))
        GN_CHECK(hint.offset_s > -86400 && hint.offset_s < 86400);
}

static void check_number(const char *text, size_t size)
{
    for (const char *decimal = ".,"; *decimal != '\0'; decimal++) {
        struct gn_number n, again;

        if (!gn_numbertext_read(text, size, *decimal, &n))
            continue;
        GN_CHECK(gn_numbertext_read(n.text, strlen(n.text), '.', &again));
        GN_CHECK(again.kind == n.kind && again.integer == n.integer);
        GN_CHECK(again.real <= n.real && again.real >= n.real);
    }
}

static void check_text(const char *text, size_t size)
{
    struct gn_buf out = {0};
    struct gn_buf again = {0};

    gn_textnorm(text, size, &out);
    gn_textnorm(gn_buf_cstr(&out), out.size, &again);
    GN_CHECK(out.size == again.size &&
             (out.size == 0 || memcmp(out.data, again.data, out.size) == 0));
    gn_buf_fini(&out);
    gn_buf_fini(&again);
}

static void check_url(const char *text)
{
    struct gn_buf out = {0};
    struct gn_buf again = {0};

    if (gn_urlnorm(text, &out, NULL) == GARNER_OK) {
        GN_CHECK(gn_urlnorm(gn_buf_cstr(&out), &again, NULL) == GARNER_OK);
        GN_CHECK(strcmp(gn_buf_cstr(&out), gn_buf_cstr(&again)) == 0);
    }
    gn_buf_clear(&out);
    (void)gn_urlnorm_parameter(text, strlen(text), "q", &out);
    GN_CHECK(out.size <= strlen(text));
    gn_buf_fini(&out);
    gn_buf_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = gn_memdup(data, size);

    GN_CHECK(text != NULL);
    check_time((const char *)data, size);
    check_number((const char *)data, size);
    check_text((const char *)data, size);
    check_url(text);
    (void)gn_numbertext_locale(text);
    gn_free(text);
    return 0;
}
