/* places_test.c - sources that would save to one file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "config/load_testing.h"
#include "config/places.h"

static void each_has_a_file_of_its_own(void **state)
{
    struct gn_config config =
        good("garner: 1\n"
             "defaults: { body: { save: \"{name}\" } }\n"
             "sources:\n"
             "  a: { url: http://h/ }\n"
             "  b: { url: http://h/ }\n"
             "  c: { url: http://h/, vars: { v: [x, y] } }\n"
             "  d: { url: http://h/, vars: { v: [x, y], w: [1, 2] }, body: { "
             "save: \"d/{v}-{w}\" } }\n");

    (void)state;
    assert_int_equal(config.source_count, 8);
    gn_config_fini(&config);
}

static void others_are_named(void **state)
{
    (void)state;
    bad("garner: 1\n"
        "defaults: { body: { save: \"page.html\" } }\n"
        "sources:\n"
        "  a: { url: http://h/ }\n"
        "  b: { url: http://h/, body: { save: x } }\n"
        "  c: { url: http://h/ }\n",
        "f:6:1: source c saves to the same file as a; put {name}, or a "
        "variable that differs, into the path of body: save\n");
    bad("garner: 1\n"
        "sources:\n"
        "  a: { url: \"http://h/{v}\", vars: { v: [1, 2], w: [3, 4] },\n"
        "       body: { save: \"{v}\" } }\n",
        "f:3:1: source a[1,4] saves to the same file as a[1,3]; put {name}, "
        "or a variable that differs, into the path of body: save\n"
        "f:3:1: source a[2,4] saves to the same file as a[2,3]; put {name}, "
        "or a variable that differs, into the path of body: save\n");
}

static void without_memory_it_says_so(void **state)
{
    struct gn_source sources[] = {{.name = "a", .save = {.path = "{name}"}},
                                  {.name = "b", .save = {.path = "{name}"}}};
    const struct gn_config config = {.sources = sources, .source_count = 2};
    bool failed = true;

    (void)state;
    for (unsigned n = 1; failed; n++) {
        struct gn_problems p = {.path = "f"};
        struct garner_error err = {0};

        gn_mem_fail_at(n);
        gn_places_check(&p, &config);
        gn_mem_fail_at(0);
        failed = gn_problems_result(&p, &err) != GARNER_OK;
        assert_true(!failed || err.code == GARNER_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_a_file_of_its_own),
        cmocka_unit_test(others_are_named),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
