/* identity_test.c - what makes a source another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/identity.h"
#include "config/load_testing.h"

static uint64_t identity_of(size_t nth, const char *defaults,
                            const char *sources)
{
    struct gn_buf text = {0};
    struct gn_config config;
    uint64_t id;

    gn_buf_printf(&text,
                  "garner: 1\n%s\nsources:\n  z: { url: http://z/ }\n%s\n",
                  defaults, sources);
    config = good(gn_buf_cstr(&text));
    id = config.sources[nth].identity;
    gn_config_fini(&config);
    gn_buf_fini(&text);
    assert_true(id != 0);
    return id;
}

static uint64_t identity(const char *defaults, const char *source)
{
    return identity_of(1, defaults, source);
}

static void layout_makes_no_difference(void **state)
{
    const uint64_t a = identity("", "  a: { url: http://h/, schedule: 1s }");

    (void)state;
    assert_true(a == identity("", "\n\n  a:\n    url: 'http://h/'\n"
                                  "    schedule: \"1s\" # often\n"));
}

static void anything_else_does(void **state)
{
    static const char *const defaults[] = {"", "defaults: { timeout: 5s }",
                                           "defaults: { timeout: 6s }"};
    static const char *const sources[] = {
        "  a: { url: http://h/, schedule: 1s }",
        "  b: { url: http://h/, schedule: 1s }",
        "  a: { url: http://h/, schedule: 2s }",
        "  a: { url: http://h/, schedule: { every: 1s } }",
        "  a: { schedule: 1s, url: http://h/ }",
        "  a: { url: http://h/, schedule: 1s, tags: [x, y] }",
        "  a: { url: http://h/, schedule: 1s, tags: [xy] }",
        "  a: { url: http://h/, schedule: 1s, tags: xy }",
    };
    enum { COUNT = sizeof sources / sizeof sources[0] };
    uint64_t all[COUNT + 2];
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        all[n++] = identity("", sources[i]);
    all[n++] = identity(defaults[1], sources[0]);
    all[n++] = identity(defaults[2], sources[0]);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(all[i] != all[k]);
}

static void who_hears_of_it_does(void **state)
{
    static const char one[] = "notify: { me: { run: [a] } }";
    static const char other[] = "notify: { me: { run: [b] } }";
    static const char told[] = "  a: { url: http://h/, alert: { to: me } }";
    static const char untold[] = "  a: { url: http://h/ }";

    (void)state;
    assert_true(identity(one, told) != identity(other, told));
    assert_true(identity(one, untold) == identity(other, untold));
}

static void so_do_secrets(void **state)
{
    static const char source[] = "  a: { url: 'http://h/?${env:GN_SECRET}' }";
    uint64_t before;

    (void)state;
    assert_int_equal(setenv("GN_SECRET", "abcdefgh", 1), 0);
    before = identity("", source);
    assert_true(before == identity("", source));
    assert_int_equal(setenv("GN_SECRET", "abcdefgi", 1), 0);
    assert_true(before != identity("", source));
}

/* Those of a source's variables are not those of the ones behind it. */
static void secrets_of_another_make_no_difference(void **state)
{
    static const char all[] = "defaults: { user_agent: '${env:GN_SECRET}' }";
    static const char sources[] =
        "  b: { url: http://b/, vars: { x: '${env:GN_OTHER}' } }\n"
        "  a: { url: http://a/, vars: { y: '${env:GN_SECRET}' } }\n";
    uint64_t before;
    uint64_t before_b;

    (void)state;
    assert_int_equal(setenv("GN_SECRET", "abcdefgh", 1), 0);
    assert_int_equal(setenv("GN_OTHER", "abcdefgi", 1), 0);
    before_b = identity_of(1, all, sources);
    before = identity_of(2, all, sources);
    assert_int_equal(setenv("GN_OTHER", "abcdefgj", 1), 0);
    assert_true(before_b != identity_of(1, all, sources));
    assert_true(before == identity_of(2, all, sources));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_makes_no_difference),
        cmocka_unit_test(anything_else_does),
        cmocka_unit_test(who_hears_of_it_does),
        cmocka_unit_test(so_do_secrets),
        cmocka_unit_test(secrets_of_another_make_no_difference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
