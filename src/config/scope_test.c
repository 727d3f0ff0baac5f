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

static const char *keys_but_b(struct gn_problems *p, const struct gn_node *node,
                              struct gn_scope *s)
{
    (void)s;
    if (strcmp(node->text, "b") == 0)
        gn_walk_problem(p, node, "no b; take it out");
    return strcmp(node->text, "b") == 0 ? NULL : node->text;
}

static void lines_are_those_of_good_values(void **state)
{
    struct gn_node c = {.text = "c", .key = &key};
    struct gn_node b = {
        .text = "b", .line = 2, .column = 1, .key = &key, .next = &c};
    struct gn_node a = {.text = "a", .key = &key, .next = &b};
    const struct gn_node all = {
        .kind = GN_NODE_MAPPING, .key = &key, .count = 3, .first = &a};
    struct gn_problems p = {.path = "f"};
    struct gn_arena memory = {0};
    struct gn_scope s = {.memory = &memory};
    const char **lines;

    (void)state;
    lines = gn_scope_lines(&p, &all, &s, keys_but_b);
    assert_string_equal(lines[0], "a");
    assert_string_equal(lines[1], "c");
    assert_null(lines[2]);
    assert_string_equal(p.first.message, "f:2:1: no b; take it out");
    assert_int_equal(p.count, 1);
    assert_null(gn_scope_lines(&p, &scalar, &s, keys_but_b));
    gn_arena_clear(&memory);
    gn_mem_fail_at(1);
    assert_null(gn_scope_lines(&p, &all, &s, keys_but_b));
    gn_mem_fail_at(0);
    assert_int_equal(p.count, 3);
    gn_arena_clear(&memory);
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
        cmocka_unit_test(lines_are_those_of_good_values),
        cmocka_unit_test(lost_memory_is_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
