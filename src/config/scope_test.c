/* scope_test.c - what readers of the file share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "config/scope.h"

static struct gn_node key = {.text = "k"};
static const struct gn_node scalar = {
    .kind = GN_NODE_SCALAR, .line = 3, .column = 4, .text = "x", .key = &key};
static const struct gn_node mapping = {.kind = GN_NODE_MAPPING, .key = &key};

static void what_a_check_found_is_noted(void **state)
{
    struct gn_problems p = {.path = "f"};
    struct garner_error err;

    (void)state;
    assert_true(gn_scope_passed(&p, &scalar, GARNER_OK, NULL));
    assert_int_equal(p.count, 0);
    assert_false(gn_scope_passed(
        &p, &scalar, gn_fail(&err, GARNER_INVALID, "what; do this"), &err));
    assert_string_equal(p.first.message, "f:3:4: what; do this");
    p = (struct gn_problems){.path = "f"};
    assert_false(gn_scope_passed(&p, &scalar, GARNER_NOMEM, &err));
    assert_int_equal(gn_problems_result(&p, &err), GARNER_NOMEM);
}

static void a_mapping_is_asked_for(void **state)
{
    struct gn_problems p = {.path = "f"};

    (void)state;
    assert_true(gn_scope_mapping(&p, &mapping));
    assert_int_equal(p.count, 0);
    assert_false(gn_scope_mapping(&p, &scalar));
    assert_string_equal(p.first.message,
                        "f:3:4: k must be a mapping; write { name: value }");
}

static void lost_memory_is_noted(void **state)
{
    struct gn_problems p = {.path = "f"};
    struct gn_arena memory = {0};
    struct gn_scope s = {.memory = &memory};

    (void)state;
    assert_null(gn_scope_copy(&p, &s, NULL));
    assert_int_equal(p.count, 0);
    gn_mem_fail_at(1);
    assert_null(gn_scope_copy(&p, &s, "x"));
    gn_mem_fail_at(1);
    assert_null(gn_scope_get(&p, &s, 2, 8));
    gn_mem_fail_at(0);
    assert_int_equal(p.count, 2);
    assert_string_equal(gn_scope_copy(&p, &s, "x"), "x");
    gn_arena_clear(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_check_found_is_noted),
        cmocka_unit_test(a_mapping_is_asked_for),
        cmocka_unit_test(lost_memory_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
