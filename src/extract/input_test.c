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
    assert_int_equal(gn_input_make(&in, params, 3, NULL, NULL), GARNER_OK);
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
    assert_int_equal(gn_input_make(&in, params, 1, NULL, NULL), GARNER_OK);
    assert_ptr_equal(in.params, params);
    assert_ptr_equal(in.text, utf8);
    gn_input_fini(&in);
}

/* "caf\xe9" as gzip makes it. */
static const char packed[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4e\x4c\x7b\x09\x00"
    "\x1b\xb0\xb3\xab\x04\x00\x00";

static void gzip_is_unpacked(void **state)
{
    const struct gn_inflate_bounds low = {.most = 3};
    const struct garner_value body =
        garner_text_n(packed, sizeof packed); /* with the NUL of size */
    const struct gn_param params[] = {
        {"body", body}, {"content_type", garner_text("application/gzip")}};
    const struct gn_param cut[] = {
        {"body", garner_text_n(packed, sizeof packed - 1)}};
    struct garner_error err;
    struct gn_input in;

    (void)state;
    assert_int_equal(gn_input_make(&in, params, 2, NULL, NULL), GARNER_OK);
    assert_int_equal(in.text_size, strlen(utf8));
    assert_memory_equal(in.text, utf8, strlen(utf8));
    assert_ptr_equal(in.params[0].value.bytes.data, in.text);
    assert_string_equal(in.params[1].value.bytes.data, "application/gzip");
    gn_input_fini(&in);
    assert_int_equal(gn_input_make(&in, params, 2, &low, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "more than 3 bytes"));
    gn_input_fini(&in);
    assert_int_equal(gn_input_make(&in, cut, 1, NULL, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "gzip ends after"));
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
        assert_int_equal(gn_input_make(&in, &bodies[i], 1, NULL, NULL),
                         GARNER_OK);
        assert_null(in.text);
        gn_input_fini(&in);
    }
}

static void lose_memory(struct garner_value body, const char *what)
{
    const struct gn_param params[] = {{"body", body}};
    struct garner_error err = {0};
    struct gn_input in;
    enum garner_code code = GARNER_NOMEM;

    for (unsigned nth = 1; code != GARNER_OK; nth++) {
        gn_mem_fail_at(nth);
        code = gn_input_make(&in, params, 1, NULL, &err);
        gn_mem_fail_at(0);
        gn_input_fini(&in);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        assert_true(nth > 1 || code == GARNER_NOMEM);
    }
    assert_non_null(strstr(err.message, what));
}

static void lost_memory(void **state)
{
    (void)state;
    lose_memory(garner_text(latin), "a body of 4 bytes");
    lose_memory(garner_text_n(packed, sizeof packed), "a body of 24 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_becomes_utf8),
        cmocka_unit_test(what_is_right_is_not_copied),
        cmocka_unit_test(gzip_is_unpacked),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(lost_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
