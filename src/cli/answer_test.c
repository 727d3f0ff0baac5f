/* answer_test.c - file names from URLs, heads, and --write-out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/answer.h"

static void names_are_the_last_part_of_the_path(void **state)
{
    static const char *const good[][2] = {
        {"http://h/a/b.json", "b.json"},
        {"http://h/b.json?x=/y#z/w", "b.json"},
        {"http://u:p@h:80/a%2Fb", "a%2Fb"},
        {"http://h/...", "..."},
    };
    static const char *const bad[] = {"http://h",    "http://h/",
                                      "http://h/a/", "http://h/a/..",
                                      "http://h/.",  "h/a"};
    char name[GN_ANSWER_NAME];

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(gn_answer_file_name(good[i][0], name, NULL),
                         GARNER_OK);
        assert_string_equal(name, good[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(gn_answer_file_name(bad[i], name, NULL),
                         GARNER_INVALID);
}

static void a_name_too_long_for_a_file_is_refused(void **state)
{
    char url[GN_ANSWER_NAME + 32] = "http://h/";
    char name[GN_ANSWER_NAME];

    (void)state;
    memset(url + 9, 'x', GN_ANSWER_NAME - 1);
    assert_int_equal(gn_answer_file_name(url, name, NULL), GARNER_OK);
    assert_int_equal(strlen(name), GN_ANSWER_NAME - 1);
    url[9 + GN_ANSWER_NAME - 1] = 'x';
    assert_int_equal(gn_answer_file_name(url, name, NULL), GARNER_INVALID);
}

static void heads_end_their_lines_as_http_does(void **state)
{
    struct gn_one one = {.status = 200, .http_version = 11};
    struct gn_buf out = {0};

    (void)state;
    gn_buf_text(&one.headers, "a: b\nc: d\n");
    gn_answer_head(&one, &out);
    assert_string_equal(gn_buf_cstr(&out),
                        "HTTP/1.1 200\r\na: b\r\nc: d\r\n\r\n");
    gn_buf_clear(&out);
    one.http_version = 20;
    gn_answer_head(&one, &out);
    assert_memory_equal(gn_buf_cstr(&out), "HTTP/2 200\r\n", 12);
    gn_buf_fini(&out);
    gn_buf_fini(&one.headers);
}

static void write_out_knows_curls_names(void **state)
{
    static const char *const cases[][2] = {
        {"%{http_code}", "200"},
        {"%{time_total} s\\n", "1.000050 s\n"},
        {"%{size_download}/%{num_redirects}", "1234/2"},
        {"%{content_type}|%{url_effective}", "|http://h/x"},
        {"100%%\\t\\\\", "100%\t\\"},
        {"%{nonsense} %x \\q \\", "%{nonsense} %x \\q \\"},
        {"%{http_code", "%{http_code"},
    };
    struct gn_one one = {.status = 200,
                         .duration_us = 1000050,
                         .wire_bytes = 1234,
                         .redirects = 2,
                         .final_url = (char *)"http://h/x"};
    struct gn_buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_buf_clear(&out);
        gn_answer_write_out(cases[i][0], &one, &out);
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
    }
    one.status = 0; /* none was seen */
    gn_buf_clear(&out);
    gn_answer_write_out("%{http_code}", &one, &out);
    assert_string_equal(gn_buf_cstr(&out), "000");
    gn_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_last_part_of_the_path),
        cmocka_unit_test(a_name_too_long_for_a_file_is_refused),
        cmocka_unit_test(heads_end_their_lines_as_http_does),
        cmocka_unit_test(write_out_knows_curls_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
