/* collectflags_test.c - how much at a time, and who may look at it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "cli/collectflags.h"

struct settings {
    bool other;
    struct gn_collect_flags collect;
};

static const struct gn_option options[] = {
    GN_WORK_OPTIONS(struct settings, " (7)"), GN_DOOR_OPTIONS(struct settings)};

static void each_has_its_field(void **state)
{
    (void)state;
    assert_int_equal(options[0].at,
                     offsetof(struct settings, collect.parallel));
    assert_string_equal(options[0].help, "most fetches at a time (7)");
    assert_int_equal(options[1].at, offsetof(struct settings, collect.workers));
    assert_int_equal(options[2].at, offsetof(struct settings, collect.listen));
    assert_int_equal(options[3].at,
                     offsetof(struct settings, collect.token_file));
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        struct gn_collect_flags flags;
        enum gn_exit status;
    } cases[] = {
        {{.parallel = 0}, GN_EXIT_OK},
        {{.parallel = INT_MAX, .workers = INT_MAX}, GN_EXIT_OK},
        {{.parallel = INT64_C(1) + INT_MAX}, GN_EXIT_USAGE},
        {{.workers = INT64_C(1) + INT_MAX}, GN_EXIT_USAGE},
        {{.listen = "127.0.0.1:1"}, GN_EXIT_OK},
        {{.listen = "127.0.0.1:1", .token_file = "t"}, GN_EXIT_OK},
        {{.token_file = "t"}, GN_EXIT_USAGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_collectflags_check(&cases[i].flags),
                         cases[i].status);
}

static void a_collector_does_what_they_say(void **state)
{
    const struct gn_collect_flags flags = {
        .parallel = 2, .workers = 3, .listen = "here", .token_file = "t"};
    struct gn_collect collect = {.engine = {.once = true}};

    (void)state;
    gn_collectflags_apply(&flags, &collect);
    assert_int_equal(collect.engine.parallel, 2);
    assert_int_equal(collect.engine.workers, 3);
    assert_ptr_equal(collect.listen, flags.listen);
    assert_ptr_equal(collect.token_file, flags.token_file);
    assert_true(collect.engine.once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_field),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_collector_does_what_they_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
