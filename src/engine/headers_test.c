/* headers_test.c - header lines as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/headers.h"

static void lines_become_an_object(void **state)
{
    static const struct {
        const char *lines;
        const char *json;
    } cases[] = {
        {"", "{}"},
        {"etag: \"x\"\n", "{\"etag\":\"\\\"x\\\"\"}"},
        {"b: 2\na: 1\n", "{\"a\":\"1\",\"b\":\"2\"}"},
        {"via: x\ndate: d\nvia: y\nvia:z\n",
         "{\"date\":\"d\",\"via\":\"x, y, z\"}"},
        {"a: 1\nab: 2\na: 3", "{\"a\":\"1, 3\",\"ab\":\"2\"}"},
        {"no colon\nempty:\nurl: a:b\n", "{\"empty\":\"\",\"url\":\"a:b\"}"},
        {"latin: \xe9\n", "{\"latin\":\"\xef\xbf\xbd\"}"},
    };
    struct gn_buf json = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_headers_json(cases[i].lines, &json);
        assert_false(gn_buf_failed(&json));
        assert_string_equal(gn_buf_cstr(&json), cases[i].json);
        gn_buf_clear(&json);
    }
    gn_buf_fini(&json);
}

static void very_many_lines_are_no_trouble(void **state)
{
    struct gn_buf lines = {0};
    struct gn_buf json = {0};

    (void)state;
    for (int i = 0; i < 50000; i++)
        gn_buf_text(&lines, "a:b\n");
    gn_headers_json(gn_buf_cstr(&lines), &json);
    assert_int_equal(json.size, 50000 * 3 - 2 + 8);
    gn_buf_fini(&lines);
    gn_buf_fini(&json);
}

static void lost_memory_shows_in_the_buffer(void **state)
{
    struct gn_buf json = {0};

    (void)state;
    for (unsigned nth = 1; nth <= 4; nth++) {
        gn_mem_fail_at(nth);
        gn_headers_json("a: 1\n", &json);
        gn_mem_fail_at(0);
        assert_true(gn_buf_failed(&json));
        gn_buf_fini(&json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_an_object),
        cmocka_unit_test(very_many_lines_are_no_trouble),
        cmocka_unit_test(lost_memory_shows_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
