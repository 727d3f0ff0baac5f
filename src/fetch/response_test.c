/* response_test.c - failures' names, and headers line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/response.h"

static void failures_have_stable_names(void **state)
{
    (void)state;
    assert_string_equal(gn_failure_name(GN_FAILURE_NONE), "none");
    assert_string_equal(gn_failure_name(GN_FAILURE_TOO_LARGE), "too_large");
    assert_string_equal(gn_failure_name(GN_FAILURE_LOCAL), "local");
    assert_string_equal(gn_failure_text(GN_FAILURE_TIMEOUT),
                        "it took too long");
    assert_string_equal(gn_failure_name((enum gn_failure)99), "?");
    assert_string_equal(gn_failure_text((enum gn_failure)99), "?");
}

static void add(struct gn_buf *b, const char *line)
{
    gn_response_header(b, line, strlen(line));
}

static void lines_are_trimmed_and_names_lower_case(void **state)
{
    struct gn_buf b = {0};

    (void)state;
    add(&b, "HTTP/1.1 200 OK\r\n");
    add(&b, "Content-TYPE:   text/html; charset=\"X\" \t\r\n");
    add(&b, "X-Empty:\r\n");
    add(&b, "x_9: a:b\rc\n");
    add(&b, "no colon here\r\n");
    add(&b, ": no name\r\n");
    add(&b, "\r\n");
    gn_response_header(&b, "", 0);
    assert_string_equal(gn_buf_cstr(&b),
                        "content-type: text/html; charset=\"X\"\n"
                        "x-empty: \n"
                        "x_9: a:b c\n");
    gn_buf_fini(&b);
}

static void a_folded_line_goes_on_with_the_one_before(void **state)
{
    struct gn_buf b = {0};

    (void)state;
    add(&b, " nothing to go on with\r\n");
    add(&b, "A: one\r\n");
    add(&b, " \t two  \r\n");
    add(&b, "\tthree\r\n");
    add(&b, "B: four\r\n");
    assert_string_equal(gn_buf_cstr(&b), "a: one two three\nb: four\n");
    gn_buf_fini(&b);
}

static void only_the_last_reply_is_kept(void **state)
{
    struct gn_buf b = {0};

    (void)state;
    add(&b, "HTTP/1.1 302 Found\r\n");
    add(&b, "Location: /x\r\n");
    add(&b, "HTTP/2 200 \r\n");
    add(&b, "Server: y\r\n");
    assert_string_equal(gn_buf_cstr(&b), "server: y\n");
    gn_buf_fini(&b);
}

static void lengths_may_come_twice_but_not_differ(void **state)
{
    static const struct {
        const char *headers;
        bool differ;
    } rows[] = {
        {"", false},
        {"content-length: 5\n", false},
        {"content-length: 5\na: b\ncontent-length: 5\n", false},
        {"content-length: 5\na: b\ncontent-length: 6\n", true},
        {"content-length: 6\ncontent-length: 6\ncontent-length: 7\n", true},
        {"content-length: 5, 5\n", false},
        {"content-length: 5, 6\n", true},
        {"content-length: 5,\t6\na: b\n", true},
        {"content-length: \ncontent-length: 6\n", false},
        {"content-length: 5 and more\n", false},
        {"x-content-length: 5\ncontent-length: 6\n", false},
        {"content-length: 5\ncontent-length-of-it: 6\n", false},
        {"content-length: 5", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(gn_response_has_two_lengths(rows[i].headers),
                         rows[i].differ);
}

static void what_is_packed_may_be_cut_where_nothing_tells_its_end(void **state)
{
    static const struct {
        const char *headers;
        int version;
        bool may_be;
    } rows[] = {
        {"content-encoding: gzip\n", 11, true},
        {"a: b\ncontent-encoding: gzip\n", 10, true},
        {"content-encoding: gzip\n", 20, false},
        {"content-encoding: gzip\ncontent-length: 5\n", 11, false},
        {"transfer-encoding: chunked\ncontent-encoding: br\n", 11, false},
        {"content-type: a\n", 11, false},
        {"", 11, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gn_buf headers = {0};
        const struct gn_response r = {.headers = &headers,
                                      .http_version = rows[i].version};

        gn_buf_text(&headers, rows[i].headers);
        assert_int_equal(gn_response_may_be_cut(&r), rows[i].may_be);
        gn_buf_fini(&headers);
    }
}

static void a_location_redirects_by_some_statuses(void **state)
{
    static const struct {
        const char *headers;
        int status;
        const char *location;
    } cases[] = {
        {"location: /a\n", 302, "/a"},
        {"a: b\nlocation: http://h/?a b\nlocation: /c\n", 308, "http://h/?a b"},
        {"location: /a\n", 200, NULL},
        {"location: /a\n", 304, NULL},
        {"location: /a\n", 400, NULL},
        {"location: \n", 301, NULL},
        {"location: ", 301, NULL},
        {"x-location: /a\n", 301, NULL},
        {"", 301, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size;
        const char *text =
            gn_response_location(cases[i].headers, cases[i].status, &size);

        if (cases[i].location == NULL) {
            assert_null(text);
            assert_int_equal(size, 0);
            continue;
        }
        assert_non_null(text);
        assert_int_equal(size, strlen(cases[i].location));
        assert_memory_equal(text, cases[i].location, size);
    }
}

static void lost_memory_shows_in_the_buffer(void **state)
{
    struct gn_buf b = {0};

    (void)state;
    gn_mem_fail_at(1);
    add(&b, "A: one\r\n");
    add(&b, "B: two\r\n");
    assert_true(gn_buf_failed(&b));
    gn_buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_have_stable_names),
        cmocka_unit_test(lines_are_trimmed_and_names_lower_case),
        cmocka_unit_test(a_folded_line_goes_on_with_the_one_before),
        cmocka_unit_test(only_the_last_reply_is_kept),
        cmocka_unit_test(lengths_may_come_twice_but_not_differ),
        cmocka_unit_test(what_is_packed_may_be_cut_where_nothing_tells_its_end),
        cmocka_unit_test(a_location_redirects_by_some_statuses),
        cmocka_unit_test(lost_memory_shows_in_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
