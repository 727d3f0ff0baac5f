/* target_test.c - requests good and bad, and that they differ only in what they
 * say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "base/mem.h"
#include "fetch/target.h"

static const struct gn_proxies no_proxies = {false, ""};

static void it_tells_its_url_and_limits(void **state)
{
    static const char *const secrets[] = {"s3cret", NULL};
    const struct gn_request r = {.url = "http://me:s3cret@h/?a=s3cret",
                                 .same_host = true,
                                 .secrets = secrets};
    const struct gn_request none = {.url = "http://h/s3cret"};
    char host[GN_TARGET_HOST];
    struct gn_buf text = {0};
    struct gn_target *t;

    (void)state;
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_OK);
    assert_true(gn_target_hides(t));
    assert_string_equal(gn_target_url(t), "http://h/?a=***");
    gn_target_hide_url(t, "https://i/?k=s3cret", &text);
    gn_target_hide(t, " s3cret", &text);
    assert_string_equal(gn_buf_cstr(&text), "https://i/?k=*** ***");
    gn_buf_fini(&text);
    assert_int_equal(gn_target_limits(t)->total_ms, 60000);
    assert_true(gn_target_stays(t));
    assert_true(gn_target_may_go_to(t, "/x", host));
    assert_false(gn_target_may_go_to(t, "//other.org/x", host));
    assert_string_equal(host, "other.org");
    gn_target_free(t);
    assert_int_equal(gn_target_new(&none, &t, NULL), GARNER_OK);
    assert_false(gn_target_hides(t));
    assert_string_equal(gn_target_url(t), "http://h/s3cret");
    gn_target_free(t);
    gn_target_free(NULL);
}

static void a_bad_request_is_refused(void **state)
{
    struct gn_request r = {.url = "http://h/", .method = "NO WAY"};
    struct gn_target *t;

    (void)state;
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_INVALID);
    assert_null(t);
    r = (struct gn_request){.url = "nowhere"};
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_INVALID);
    assert_null(t);
}

/* Whether a handle made ready for a is made ready anew for b. */
static bool differ(struct gn_request a, struct gn_request b)
{
    struct gn_shape first = {0};
    struct gn_shape second;
    struct gn_target *ta;
    struct gn_target *tb;
    CURL *easy = curl_easy_init();

    assert_non_null(easy);
    assert_int_equal(gn_target_new(&a, &ta, NULL), GARNER_OK);
    assert_int_equal(gn_target_new(&b, &tb, NULL), GARNER_OK);
    assert_int_equal(gn_target_apply(ta, easy, &no_proxies, &first), 0);
    second = first;
    assert_int_equal(gn_target_apply(tb, easy, &no_proxies, &second), 0);
    curl_easy_cleanup(easy);
    gn_target_free(ta);
    gn_target_free(tb);
    return memcmp(&first, &second, sizeof first) != 0;
}

static void only_what_differs_is_set_again(void **state)
{
    static const char *const headers[] = {"A: b", NULL};
    const struct gn_request plain = {.url = "http://h/"};
    const struct gn_request same[] = {
        {.url = "http://other:81/x?y"},
        {.url = "http://h/", .headers = headers},
        {.url = "http://h/", .limits = {.total_ms = 60000}},
        {.url = "http://h/", .limits = {.stall_ms = 5}},
    };
    const struct gn_request different[] = {
        {.url = "https://h/"},
        {.url = "http://h/", .method = "GET"},
        {.url = "http://h/", .method = "HEAD"},
        {.url = "http://h/", .body = "x", .body_size = 1},
        {.url = "http://h/", .user_agent = "x"},
        {.url = "http://h/", .proxy = "x"},
        {.url = "http://h/", .ca_file = "x"},
        {.url = "http://h/", .insecure = true},
        {.url = "http://h/", .limits = {.connect_ms = 1}},
        {.url = "http://h/", .limits = {.total_ms = 1}},
        {.url = "http://h/", .limits = {.max_body_bytes = 1}},
        {.url = "http://h/", .limits = {.max_redirects = 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_false(differ(plain, same[i]));
    for (size_t i = 0; i < sizeof different / sizeof different[0]; i++)
        assert_true(differ(plain, different[i]));
    /* What stands in one field is not taken for another's. */
    assert_true(
        differ((struct gn_request){.url = "http://h/", .user_agent = "x"},
               (struct gn_request){.url = "http://h/", .proxy = "x"}));
}

static void only_a_plain_get_asks_for_another_version(void **state)
{
    static const struct {
        const char *header;
        const char *method;
        const char *body;
        bool may;
    } cases[] = {
        {"A: b", NULL, NULL, true},
        {"A: b", "GET", NULL, true},
        {"A: b", "HEAD", NULL, false},
        {"A: b", NULL, "x", false},
        {"A: b", "GET", "x", false},
        {"If-Range: x", NULL, NULL, false},
        {"if-none-match: \"a\"", NULL, NULL, false},
        {"Range: bytes=0-1", NULL, NULL, false},
        {"If-None-Matched: x", NULL, NULL, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const headers[] = {cases[i].header, NULL};
        const struct gn_request r = {.url = "http://h/",
                                     .headers = headers,
                                     .method = cases[i].method,
                                     .body = cases[i].body,
                                     .body_size =
                                         cases[i].body != NULL ? 1 : 0};
        struct gn_target *t;

        print_message("case %zu\n", i);
        assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_OK);
        assert_int_equal(gn_target_may_ask_if(t), cases[i].may);
        gn_target_free(t);
    }
}

static void conditions_come_and_go(void **state)
{
    const char *const headers[] = {"A: b", NULL};
    const struct gn_request r = {.url = "http://h/", .headers = headers};
    const struct gn_validators both = {"\"a\"", "then"};
    const struct gn_validators other = {"\"b\"", "then"};
    struct gn_target *t;

    (void)state;
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_OK);
    for (unsigned n = 1; n <= 2; n++) { /* each copy is refused once */
        assert_true(gn_target_ask_if(t, &both));
        gn_mem_fail_at(1);
        assert_true(gn_target_ask_if(t, &both)); /* it does so already */
        assert_false(gn_target_ask_if(t, &other));
        gn_mem_fail_at(0);
        assert_true(gn_target_ask_if(t, NULL));
    }
    assert_true(gn_target_ask_if(t, &both));
    gn_target_free(t); /* no header is freed twice */
}

static void it_moves_to_another_url(void **state)
{
    const char *const headers[] = {"A: b", NULL};
    const struct gn_request r = {.url = "http://h/", .headers = headers};
    const struct gn_request safe = {.url = "https://h/", .headers = headers};
    const struct gn_validators v = {"\"a\"", NULL};
    struct gn_limiter limiter = {.rate = 1};
    struct gn_shape shape = {{0}};
    struct gn_shape shape_of_safe = {{0}};
    CURL *easy = curl_easy_init();
    struct gn_target *t;
    struct gn_target *other;
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_target_new(&r, &t, NULL), GARNER_OK);
    assert_int_equal(gn_target_new(&safe, &other, NULL), GARNER_OK);
    assert_int_equal(gn_target_apply(other, easy, &no_proxies, &shape_of_safe),
                     0);
    gn_target_limit(t, &limiter);
    assert_true(gn_target_ask_if(t, &v));
    assert_int_equal(gn_target_move(t, "nonsense", &err), GARNER_INVALID);
    assert_string_equal(gn_target_url(t), "http://h/");
    assert_ptr_equal(gn_target_limiter(t), &limiter);
    for (unsigned nth = 1; nth <= 2; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_target_move(t, "https://i/?secret", &err),
                         GARNER_NOMEM);
        gn_mem_fail_at(0);
        assert_string_equal(gn_target_url(t), "http://h/");
    }
    assert_int_equal(gn_target_move(t, "https://u:hidden@i/x", &err),
                     GARNER_OK);
    assert_string_equal(gn_target_url(t), "https://i/x");
    assert_null(gn_target_limiter(t));
    gn_mem_fail_at(1); /* it asked for nothing any more, and needs memory */
    assert_false(gn_target_ask_if(t, &v));
    gn_mem_fail_at(0);
    assert_int_equal(gn_target_apply(t, easy, &no_proxies, &shape), 0);
    assert_memory_equal(&shape, &shape_of_safe, sizeof shape);
    curl_easy_cleanup(easy);
    gn_target_free(t);
    gn_target_free(other);
}

static void only_one_login(void **state)
{
    const struct gn_request r = {.url = "http://u:hidden@h/",
                                 .login = GN_LOGIN_BASIC,
                                 .user = "u",
                                 .password = "hidden"};
    struct garner_error err = {0};
    struct gn_target *t;

    (void)state;
    assert_int_equal(gn_target_new(&r, &t, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "a user in the URL"));
    assert_null(strstr(err.message, "hidden"));
    assert_int_equal(gn_target_new(&(struct gn_request){.url = "http://h/",
                                                        .login = GN_LOGIN_BASIC,
                                                        .user = "u",
                                                        .password = "x"},
                                   &t, &err),
                     GARNER_OK);
    assert_int_equal(gn_target_move(t, r.url, &err), GARNER_INVALID);
    assert_non_null(strstr(err.message, "a user in the URL"));
    gn_target_free(t);
}

static void lost_memory_is_an_error_wherever_it_is_lost(void **state)
{
    static const char *const headers[] = {"A: b", "Empty:", NULL};
    static const char *const secrets[] = {"a", "b", NULL};
    const struct gn_request r = {.url = "http://u:p@h/",
                                 .secrets = secrets,
                                 .method = "PUT",
                                 .headers = headers,
                                 .body = "x",
                                 .body_size = 1,
                                 .user_agent = "a",
                                 .proxy = "b",
                                 .ca_file = "c",
                                 .cookies = "a=b",
                                 .cert = "d",
                                 .key = "e",
                                 .key_password = "f",
                                 .route = {.interface = "g"}};
    enum garner_code code = GARNER_NOMEM;
    struct gn_target *t;
    unsigned nth;

    (void)state;
    for (nth = 1; code == GARNER_NOMEM; nth++) {
        struct garner_error err;

        gn_mem_fail_at(nth);
        code = gn_target_new(&r, &t, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_NOMEM) {
            assert_null(t);
            assert_string_equal(err.message, "out of memory for a request");
        }
    }
    assert_int_equal(code, GARNER_OK);
    assert_true(nth > 10);
    gn_target_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_its_url_and_limits),
        cmocka_unit_test(a_bad_request_is_refused),
        cmocka_unit_test(only_what_differs_is_set_again),
        cmocka_unit_test(only_a_plain_get_asks_for_another_version),
        cmocka_unit_test(conditions_come_and_go),
        cmocka_unit_test(it_moves_to_another_url),
        cmocka_unit_test(only_one_login),
        cmocka_unit_test(lost_memory_is_an_error_wherever_it_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
