/* way_test.c - who may write a table beside whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "engine/table/way.h"

static const char *const id[] = {"id", "day"};
static const char *const upper[] = {"ID", "Day"};
static const char *const other[] = {"id", "hour"};

static const struct {
    struct gn_rows_spec first, second;
    const char *refused; /* NULL: it is not */
} cases[] = {
    {{.table = "t"}, {.table = "t"}, NULL},
    {{.table = "t", .key = id, .key_count = 2},
     {.table = "T", .key = upper, .key_count = 2},
     NULL},
    {{.table = "t", .key = id, .key_count = 2},
     {.table = "t", .key = other, .key_count = 2},
     "table t is written with two different keys"},
    {{.table = "t", .key = id, .key_count = 1},
     {.table = "t", .key = id, .key_count = 2},
     "table t is written with two different keys"},
    {{.table = "t"},
     {.table = "t", .conflict = GN_CONFLICT_KEEP},
     "table t is written in two ways"},
    {{.table = "t", .conflict = GN_CONFLICT_KEEP},
     {.table = "t", .conflict = GN_CONFLICT_KEEP},
     NULL},
    {{.table = "t", .conflict = GN_CONFLICT_WHOLE},
     {.table = "t", .conflict = GN_CONFLICT_WHOLE},
     "(conflict: replace)"},
    {{.table = "t", .conflict = GN_CONFLICT_HISTORY},
     {.table = "t", .conflict = GN_CONFLICT_HISTORY},
     "(conflict: history)"},
};

static void a_table_has_one_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {0};
        const enum garner_code code =
            gn_way_check(&cases[i].first, &cases[i].second, &err);

        if (cases[i].refused == NULL) {
            assert_int_equal(code, GARNER_OK);
            continue;
        }
        assert_int_equal(code, GARNER_INVALID);
        if (strstr(err.message, cases[i].refused) == NULL)
            fail_msg("%zu: %s", i, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_has_one_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
