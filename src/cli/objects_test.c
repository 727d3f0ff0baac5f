/* objects_test.c - JSON objects as rows: every kind of value, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/objects.h"

static struct gn_object o;
static struct garner_error err;
static size_t fault;

static enum garner_code read_it(const char *text)
{
    return gn_object_read(&o, text, strlen(text), &fault, &err);
}

static void is_bytes(size_t i, enum garner_type type, const char *text,
                     size_t size)
{
    assert_int_equal(o.values[i].type, type);
    assert_int_equal(o.values[i].bytes.size, size);
    assert_memory_equal(o.values[i].bytes.data, text, size);
}

static void is_text(size_t i, const char *text)
{
    is_bytes(i, GARNER_TEXT, text, strlen(text));
}

static void values_keep_their_types(void **state)
{
    (void)state;
    assert_int_equal(
        read_it("{ \"a\" : 1, \"\\u0062\\n\": -2.5e3,\"c\":\"x\\ty\", \"d\":"
                "true,\"e\":false,\"f\":null , \"g\":[1, {\"h\": 2}],\n"
                "\"i\":{\"j\":\"}\"},\"k\":9223372036854775807,"
                "\"l\":9223372036854775808,\"m\":\"\"}"),
        GARNER_OK);
    assert_int_equal(o.count, 11);
    assert_string_equal(o.names[0], "a");
    assert_string_equal(o.names[1], "b\n");
    assert_int_equal(o.values[0].integer, 1);
    assert_true(o.values[1].real == -2500);
    is_text(2, "x\ty");
    assert_int_equal(o.values[3].integer, 1);
    assert_int_equal(o.values[4].type, GARNER_INTEGER);
    assert_int_equal(o.values[4].integer, 0);
    assert_int_equal(o.values[5].type, GARNER_NULL);
    is_text(6, "[1, {\"h\": 2}]");
    is_text(7, "{\"j\":\"}\"}");
    assert_int_equal(o.values[8].integer, INT64_MAX);
    assert_int_equal(o.values[9].type, GARNER_REAL);
    is_text(10, "");
}

static void blobs_are_in_base64(void **state)
{
    static const char *const none[] = {
        "{\"a\":{\"$base64\":false,\"encoded\":\"AAAA\"}}",
        "{\"a\":{\"$base64\":true,\"encoded\":\"A\"}}",
        "{\"a\":{\"$base64\":true,\"encoded\":\"A*==\"}}",
        "{\"a\":{\"$base64\":true,\"other\":\"AAAA\"}}",
    };

    (void)state;
    assert_int_equal(
        read_it("{\"a\":{\"$base64\":true,\"encoded\":\"AP8=\"},"
                "\"b\":{\"$base64\": true, \"encoded\": \"\"},"
                "\"c\":{\"$base64\":true,\"encoded\":\"YWJjZA==\"},"
                "\"d\":{\"$base64\":true,\"encoded\":\"YWJj\"}}"),
        GARNER_OK);
    is_bytes(0, GARNER_BLOB, "\x00\xff", 2);
    is_bytes(1, GARNER_BLOB, "", 0);
    is_bytes(2, GARNER_BLOB, "abcd", 4);
    is_bytes(3, GARNER_BLOB, "abc", 3);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(read_it(none[i]), GARNER_OK);
        assert_int_equal(o.values[0].type, GARNER_TEXT);
    }
}

static void what_is_wrong_has_its_place(void **state)
{
    static const struct {
        const char *text;
        size_t fault;
        const char *what;
    } cases[] = {
        {"{\"a\":1", 6, "not JSON"},
        {"{\"a\":1,}", 7, "not JSON"},
        {"{\"a\" 1}", 5, "not JSON"},
        {"{\"a\":1,\"A\":2}", 7, "\"A\" is there twice"},
        {"{\"\":1}", 1, "no name"},
        {"{}", 0, "is empty, and no row"},
        {"{\"a\\u0000\":1}", 1, "no name"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_it(cases[i].text), GARNER_INVALID);
        assert_int_equal(fault, cases[i].fault);
        assert_non_null(strstr(err.message, cases[i].what));
    }
}

static void objects_in_it_can_be_flattened(void **state)
{
    static const char *const names[] = {"a_b", "a_c_d", "a_", "e", "b"};
    char deep[6 * 1990 + 1990 + 2] = "";
    size_t n = 0;

    (void)state;
    o.flatten = true;
    assert_int_equal(
        read_it("{\"a\":{\"b\":1,\"c\":{\"d\":[{\"x\":1}]},\"\":{},\"\":2},"
                "\"e\":{\"$base64\":true,\"encoded\":\"AP8=\"},\"b\":null}"),
        GARNER_OK);
    assert_int_equal(o.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(o.names[i], names[i]);
    is_text(1, "[{\"x\":1}]");
    assert_int_equal(o.values[2].integer, 2);
    is_bytes(3, GARNER_BLOB, "\x00\xff", 2);
    assert_int_equal(read_it("{\"a_b\":1,\"a\":{\"c\":1,\"B\":2}}"),
                     GARNER_INVALID);
    assert_int_equal(fault, 20);
    assert_string_equal(err.message, "\"a_B\" is there twice");
    assert_int_equal(read_it("{\"a\":{\"b\":{}}}"), GARNER_INVALID);
    assert_string_equal(err.message, "this object is empty, and no row");
    for (size_t i = 0; i < 1990; i++)
        n += (size_t)snprintf(deep + n, sizeof deep - n, "{\"a\":");
    deep[n++] = '1';
    memset(deep + n, '}', 1990);
    assert_int_equal(read_it(deep), GARNER_OK);
    assert_int_equal(o.count, 1);
    assert_int_equal(strlen(o.names[0]), 1990 * 2 - 1);
    gn_object_fini(&o);
}

static void an_object_ends_at_its_brace(void **state)
{
    const char *text = "{\"a\": \"}\\\"}\", \"b\": [{}]} {";
    const char *end = text + strlen(text);

    (void)state;
    assert_int_equal(gn_object_size(text, end), strlen(text) - 2);
    assert_int_equal(gn_object_size(text, end - 4), strlen(text) - 4);
}

static void lost_memory_is_an_error(void **state)
{
    bool ok = false;

    (void)state;
    for (unsigned nth = 1; !ok; nth++) {
        assert_true(nth < 100);
        gn_object_fini(&o);
        o.flatten = true;
        gn_mem_fail_at(nth);
        ok = read_it("{\"a\\n\":\"\\t\",\"b\":{\"c\\n\":1}}") == GARNER_OK;
        gn_mem_fail_at(0);
        assert_true(ok || err.code == GARNER_NOMEM);
        assert_true(!ok || nth > 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_types),
        cmocka_unit_test(blobs_are_in_base64),
        cmocka_unit_test(what_is_wrong_has_its_place),
        cmocka_unit_test(objects_in_it_can_be_flattened),
        cmocka_unit_test(an_object_ends_at_its_brace),
        cmocka_unit_test(lost_memory_is_an_error),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);

    gn_object_fini(&o);
    return failed;
}
