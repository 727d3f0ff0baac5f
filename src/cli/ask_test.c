/* ask_test.c - curl's flags make the request that curl would send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/ask.h"

static const char url[] = "http://127.0.0.1/";

static void has(const struct gn_request *r, const char *line)
{
    for (const char *const *h = r->headers; *h != NULL; h++)
        if (strcmp(*h, line) == 0)
            return;
    fail_msg("no header '%s'", line);
}

static size_t headers(const struct gn_request *r)
{
    size_t n = 0;

    while (r->headers[n] != NULL)
        n++;
    return n;
}

static void nothing_asked_is_a_plain_get(void **state)
{
    const struct gn_ask_flags flags = {0};
    struct gn_ask_memory memory = {0};
    struct gn_request r;

    (void)state;
    assert_int_equal(gn_ask_request(&flags, url, &r, &memory, NULL), GARNER_OK);
    assert_ptr_equal(r.url, url);
    assert_null(r.method);
    assert_null(r.body);
    assert_int_equal(headers(&r), 0);
    assert_int_equal(r.limits.max_redirects, 0); /* the default */
    assert_true(r.led_public_only);
    gn_ask_fini(&memory);
    assert_int_equal(gn_ask_request(&(struct gn_ask_flags){.private = "allow"},
                                    url, &r, &memory, NULL),
                     GARNER_OK);
    assert_false(r.led_public_only);
    gn_ask_fini(&memory);
}

static void data_is_joined_and_named(void **state)
{
    const char *data[] = {"a=1", "b=2"};
    const char *raw[] = {"@c"};
    const struct gn_ask_flags flags = {.data = {data, 2}, .data_raw = {raw, 1}};
    struct gn_ask_memory memory = {0};
    struct gn_request r;

    (void)state;
    assert_int_equal(gn_ask_request(&flags, url, &r, &memory, NULL), GARNER_OK);
    assert_int_equal(r.body_size, 10);
    assert_memory_equal(r.body, "a=1&b=2&@c", 10);
    has(&r, "Content-Type: application/x-www-form-urlencoded");
    assert_int_equal(headers(&r), 1);
    gn_ask_fini(&memory);
}

static void files_are_sent_with_or_without_line_ends(void **state)
{
    char path[] = "/tmp/ask_test.XXXXXX";
    char word[sizeof path + 1];
    const char *words[] = {word};
    const struct gn_ask_flags form = {.data = {words, 1}};
    const struct gn_ask_flags binary = {.data_binary = {words, 1}};
    struct gn_ask_memory memory = {0};
    struct gn_request r;
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x\r\ny\0z\n", 7), 7);
    assert_int_equal(close(fd), 0);
    snprintf(word, sizeof word, "@%s", path);
    assert_int_equal(gn_ask_request(&form, url, &r, &memory, NULL), GARNER_OK);
    assert_int_equal(r.body_size, 3);
    assert_memory_equal(r.body, "xyz", 3);
    gn_ask_fini(&memory);
    assert_int_equal(gn_ask_request(&binary, url, &r, &memory, NULL),
                     GARNER_OK);
    assert_int_equal(r.body_size, 7);
    assert_memory_equal(r.body, "x\r\ny\0z\n", 7);
    gn_ask_fini(&memory);
    assert_int_equal(unlink(path), 0);
}

static void json_says_what_it_is(void **state)
{
    const char *json[] = {"{\"a\":", "1}"};
    const char *own[] = {"accept: text/x", "X-Y: z"};
    const struct gn_ask_flags flags = {.json = {json, 2}, .headers = {own, 2}};
    struct gn_ask_memory memory = {0};
    struct gn_request r;

    (void)state;
    assert_int_equal(gn_ask_request(&flags, url, &r, &memory, NULL), GARNER_OK);
    assert_memory_equal(r.body, "{\"a\":1}", 7);
    has(&r, "Content-Type: application/json");
    has(&r, "accept: text/x"); /* given by hand: no second one */
    has(&r, "X-Y: z");
    assert_int_equal(headers(&r), 3);
    gn_ask_fini(&memory);
}

static void the_rest_becomes_headers_and_limits(void **state)
{
    const struct gn_ask_flags flags = {.reach = {.user = "user:pass"},
                                       .referer = "http://r/",
                                       .cookie = "a=b",
                                       .method = "PUT",
                                       .connect_ms = 5,
                                       .total_ms = 6,
                                       .max_body_bytes = 7,
                                       .max_redirects = "0"};
    struct gn_ask_memory memory = {0};
    struct gn_request r;

    (void)state;
    assert_int_equal(gn_ask_request(&flags, url, &r, &memory, NULL), GARNER_OK);
    assert_int_equal(r.login, GN_LOGIN_BASIC);
    assert_string_equal(r.user, "user");
    assert_string_equal(r.password, "pass");
    has(&r, "Referer: http://r/");
    assert_string_equal(r.cookies, "a=b");
    assert_false(r.keeps_cookies);
    assert_string_equal(r.method, "PUT");
    assert_int_equal(r.limits.connect_ms, 5);
    assert_int_equal(r.limits.total_ms, 6);
    assert_int_equal(r.limits.max_body_bytes, 7);
    assert_int_equal(r.limits.max_redirects, -1); /* follow none */
    gn_ask_fini(&memory);
}

static void data_may_go_into_the_url(void **state)
{
    const char *data[] = {"a=1"};
    const char *coded[] = {"b=c d&\xc3\xa4", "=e=", "f g"};
    const struct gn_ask_flags flags = {
        .data = {data, 1}, .data_urlencode = {coded, 3}, .get = true};
    struct gn_ask_memory memory = {0};
    struct gn_request r;

    (void)state;
    assert_int_equal(gn_ask_request(&flags, url, &r, &memory, NULL), GARNER_OK);
    assert_string_equal(memory.query, "a=1&b=c%20d%26%C3%A4&e%3D&f%20g");
    assert_null(r.body);
    assert_int_equal(headers(&r), 0);
    gn_ask_fini(&memory);
}

static void a_cookie_without_a_value_is_a_file(void **state)
{
    struct gn_ask_flags flags = {.cookie = "jar.txt"};
    struct gn_ask_flags none = {.cookie = "a=b"};
    struct gn_ask_memory memory = {0};
    struct gn_request r;

    (void)state;
    gn_ask_find_file(&flags);
    assert_null(flags.cookie);
    assert_string_equal(flags.cookie_file, "jar.txt");
    assert_int_equal(gn_ask_request(&flags, url, &r, &memory, NULL), GARNER_OK);
    assert_true(r.keeps_cookies);
    gn_ask_fini(&memory);
    gn_ask_find_file(&none);
    assert_null(none.cookie_file);
}

static void what_cannot_be_sent_is_named(void **state)
{
    const char *data[] = {"a"};
    const char *missing[] = {"@/nowhere/at/all"};
    const struct {
        struct gn_ask_flags flags;
        const char *message;
    } cases[] = {
        {{.data = {data, 1}, .json = {data, 1}}, "--json does not go with"},
        {{.reach = {.user = "me"}}, "USER:PASSWORD"},
        {{.cookie = "jar.txt"}, "NAME=VALUE"},
        {{.get = true}, "add --data"},
        {{.max_redirects = "many"}, "'many'"},
        {{.max_redirects = "-1"}, "'-1'"},
        {{.reach = {.ca_file = "/nowhere"}},
         "--cacert: cannot read /nowhere: No such file"},
        {{.data = {missing, 1}}, "cannot read /nowhere/at/all: No such file"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_ask_memory memory = {0};
        struct garner_error err = {0};
        struct gn_request r;

        assert_int_equal(
            gn_ask_request(&cases[i].flags, url, &r, &memory, &err),
            GARNER_INVALID);
        assert_non_null(strstr(err.message, cases[i].message));
        gn_ask_fini(&memory);
    }
}

static void lost_memory_is_an_error(void **state)
{
    const char *words[] = {"a=1"};
    const struct gn_ask_flags flags = {.data = {words, 1},
                                       .headers = {words, 1},
                                       .reach = {.user = "u:p"},
                                       .cookie = "a=b"};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned nth = 1; code == GARNER_NOMEM; nth++) {
        struct gn_ask_memory memory = {0};
        struct gn_request r;

        gn_mem_fail_at(nth);
        code = gn_ask_request(&flags, url, &r, &memory, NULL);
        gn_mem_fail_at(0);
        gn_ask_fini(&memory);
        assert_true(nth < 100);
    }
    assert_int_equal(code, GARNER_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_is_a_plain_get),
        cmocka_unit_test(data_is_joined_and_named),
        cmocka_unit_test(files_are_sent_with_or_without_line_ends),
        cmocka_unit_test(json_says_what_it_is),
        cmocka_unit_test(the_rest_becomes_headers_and_limits),
        cmocka_unit_test(data_may_go_into_the_url),
        cmocka_unit_test(a_cookie_without_a_value_is_a_file),
        cmocka_unit_test(what_cannot_be_sent_is_named),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
