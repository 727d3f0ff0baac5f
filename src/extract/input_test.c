/* input_test.c - bodies as they came, and as SQL gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/input.h"

static const char latin[] = "caf\xe9";
static const char utf8[] = "caf\xc3\xa9";

static void a_body_becomes_utf8(void **state)
{
    const struct gn_param params[] = {
        {"status", garner_integer(200)},
        {"body", garner_text(latin)},
        {"content_type", garner_text("text/plain; charset=latin1")}};
    struct gn_input in;

    (void)state;
    assert_int_equal(gn_input_make(&in, params, 3, NULL), GARNER_OK);
    assert_int_equal(in.count, 3);
    assert_int_equal(in.params[0].value.integer, 200);
    assert_int_equal(in.text_size, strlen(utf8));
    assert_memory_equal(in.text, utf8, strlen(utf8));
    assert_ptr_equal(in.params[1].value.bytes.data, in.text);
    gn_input_fini(&in);
    assert_null(in.text);
}

static void what_is_right_is_not_copied(void **state)
{
    const struct gn_param params[] = {{"body", garner_text(utf8)}};
    struct gn_input in;

    (void)state;
    assert_int_equal(gn_input_make(&in, params, 1, NULL), GARNER_OK);
    assert_ptr_equal(in.params, params);
    assert_ptr_equal(in.text, utf8);
    gn_input_fini(&in);
}

static void there_may_be_none(void **state)
{
    const struct gn_param bodies[] = {{"body", garner_text("")},
                                      {"body", garner_null()},
                                      {"url", garner_text("u")}};
    struct gn_input in;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(gn_input_make(&in, &bodies[i], 1, NULL), GARNER_OK);
        assert_null(in.text);
        gn_input_fini(&in);
    }
}

static void lost_memory(void **state)
{
    const struct gn_param params[] = {{"body", garner_text(latin)}};
    struct garner_error err = {0};
    struct gn_input in;
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        gn_mem_fail_at(nth);
        code = gn_input_make(&in, params, 1, &err);
        gn_mem_fail_at(0);
        gn_input_fini(&in);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth > 1 || code == GARNER_NOMEM);
    }
    assert_non_null(strstr(err.message, "a body of 4 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_becomes_utf8),
        cmocka_unit_test(what_is_right_is_not_copied),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(lost_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
