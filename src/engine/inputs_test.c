/* inputs_test.c - the parameters that SQL gets, and what of them is NULL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/inputs.h"

static const struct gn_rows_spec rows[] = {{.sql = "one"}, {.sql = "two"}};
static const struct gn_var vars[] = {{"symbol", "ABC"}};
static const struct gn_source source = {.name = "s",
                                        .rows = rows,
                                        .row_spec_count = 2,
                                        .limits = {.memory_bytes = 7},
                                        .vars = vars,
                                        .var_count = 1};

static const struct garner_value *param(const struct gn_extraction *x,
                                        const char *name)
{
    for (size_t i = 0; i < x->param_count; i++)
        if (strcmp(x->params[i].name, name) == 0)
            return &x->params[i].value;
    fail_msg("no parameter %s", name);
    return NULL;
}

static void what_is_not_there_is_null(void **state)
{
    const struct gn_inputs in = {
        .body = "", .url = "http://a/", .fetched_us = 1500000};
    struct gn_arena arena = {0};
    struct gn_extraction x = {0};

    (void)state;
    assert_int_equal(gn_inputs_fill(&in, &source, &arena, &x, NULL), GARNER_OK);
    assert_int_equal(x.query_count, 2);
    assert_int_equal(x.limits.memory_bytes, 7);
    assert_int_equal(x.param_count, 9);
    assert_int_equal(param(&x, "body")->type, GARNER_TEXT);
    assert_int_equal(param(&x, "content_type")->type, GARNER_NULL);
    assert_int_equal(param(&x, "headers")->type, GARNER_NULL);
    assert_int_equal(param(&x, "symbol")->bytes.size, 3);
    assert_true(param(&x, "fetched_at")->real == 1.5);
    gn_arena_clear(&arena);
}

static void headers_become_json(void **state)
{
    const struct gn_inputs in = {.body = "", .headers = "a: 1\nb: 2\n"};
    struct gn_arena arena = {0};
    struct gn_extraction x = {0};
    const struct garner_value *v;

    (void)state;
    assert_int_equal(gn_inputs_fill(&in, &source, &arena, &x, NULL), GARNER_OK);
    v = param(&x, "headers");
    assert_int_equal(v->type, GARNER_TEXT);
    assert_memory_equal(v->bytes.data, "{\"a\":\"1\",\"b\":\"2\"}", 17);
    gn_arena_clear(&arena);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_inputs in = {.body = "", .headers = "a: 1\n"};

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        struct gn_arena arena = {0};
        struct gn_extraction x = {0};
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_inputs_fill(&in, &source, &arena, &x, NULL);
        gn_mem_fail_at(0);
        assert_int_equal(code, GARNER_NOMEM);
        assert_int_equal(x.query_count, 0);
        gn_arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(headers_become_json),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
