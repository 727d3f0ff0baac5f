/* json_test.c - commas, escapes, numbers, and what JSON cannot say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static void containers_get_their_commas(void **state)
{
    struct gn_buf out = {0};
    struct gn_json j;

    (void)state;
    gn_json_init(&j, &out);
    gn_json_open(&j, '{');
    gn_json_key(&j, "a");
    gn_json_open(&j, '[');
    gn_json_close(&j, ']');
    gn_json_key(&j, "b");
    gn_json_open(&j, '[');
    gn_json_integer(&j, INT64_MIN);
    gn_json_number(&j, "-1.50");
    gn_json_bool(&j, true);
    gn_json_bool(&j, false);
    gn_json_null(&j);
    gn_json_open(&j, '{');
    gn_json_close(&j, '}');
    gn_json_text(&j, NULL);
    gn_json_close(&j, ']');
    gn_json_key(&j, "c\"");
    gn_json_text(&j, "d");
    gn_json_close(&j, '}');
    assert_string_equal(gn_buf_cstr(&out),
                        "{\"a\":[],\"b\":[-9223372036854775808,-1.50,true,"
                        "false,null,{},null],\"c\\\"\":\"d\"}");
    gn_buf_fini(&out);
}

static void text_is_escaped_and_made_utf8(void **state)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\""},
        {"\x01\x0b\x1f\x7f", "\"\\u0001\\u000b\\u001f\x7f\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\xff", "\"\xef\xbf\xbd\""},
        {"a\xe2\x82", "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};
        struct gn_json j;

        gn_json_init(&j, &out);
        gn_json_text(&j, cases[i].text);
        assert_string_equal(gn_buf_cstr(&out), cases[i].json);
        gn_buf_fini(&out);
    }
}

static void bytes_may_hold_nul(void **state)
{
    struct gn_buf out = {0};
    struct gn_json j;

    (void)state;
    gn_json_init(&j, &out);
    gn_json_text_n(&j, "a\0b", 3);
    assert_string_equal(gn_buf_cstr(&out), "\"a\\u0000b\"");
    gn_buf_fini(&out);
}

static void numbers_read_back_the_same(void **state)
{
    static const struct {
        double real;
        const char *json;
    } cases[] = {
        {0.1, "0.1"},
        {1, "1"},
        {-2.5, "-2.5"},
        {1e300, "1e+300"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "4.94065645841247e-324"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf out = {0};
        struct gn_json j;

        gn_json_init(&j, &out);
        gn_json_real(&j, cases[i].real);
        assert_string_equal(gn_buf_cstr(&out), cases[i].json);
        gn_buf_fini(&out);
    }
}

static void lost_memory_shows_in_the_buffer(void **state)
{
    struct gn_buf out = {0};
    struct gn_json j;

    (void)state;
    gn_json_init(&j, &out);
    gn_mem_fail_at(1);
    gn_json_open(&j, '[');
    gn_json_real(&j, 1.5);
    gn_json_close(&j, ']');
    assert_true(gn_buf_failed(&out));
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(containers_get_their_commas),
        cmocka_unit_test(text_is_escaped_and_made_utf8),
        cmocka_unit_test(bytes_may_hold_nul),
        cmocka_unit_test(numbers_read_back_the_same),
        cmocka_unit_test(lost_memory_shows_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
