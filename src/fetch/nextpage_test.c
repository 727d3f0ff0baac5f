/* nextpage_test.c - where the next page is, and what may not be told there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/fixture_test.h"
#include "fetch/nextpage.h"

#define OWN  "http://example.org/list?a=b"
#define BASE "http://example.org/list/?page=1#top"

static void urls_are_resolved(void **state)
{
    static const struct {
        const char *next;
        const char *url;
    } cases[] = {
        {"?page=2", "http://example.org/list/?page=2"},
        {"/x", "http://example.org/x"},
        {"y z", "http://example.org/list/y%20z"},
        {"../up", "http://example.org/up"},
        {"//example.net/a", "http://example.net/a"},
        {"https://example.net:8443/a?b=c#d", "https://example.net:8443/a?b=c"},
        {"http://me:word@example.org/2", "http://example.org/2"},
    };
    const struct gn_request r = {.url = OWN};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf url = {0};
        struct gn_target *t;
        struct garner_error err;

        if (gn_nextpage(&r, BASE, cases[i].next, &url, &t, &err) != GARNER_OK)
            fail_msg("%s: %s", cases[i].next, err.message);
        assert_string_equal(gn_buf_cstr(&url), cases[i].url);
        assert_string_equal(gn_target_url(t), cases[i].url);
        gn_target_free(t);
        gn_buf_fini(&url);
    }
}

static void some_are_refused(void **state)
{
    static const char *const secrets[] = {"s3cret", NULL};
    static const struct {
        struct gn_request request;
        const char *next;
        const char *why;
    } cases[] = {
        {{.url = OWN}, "ftp://example.org/x", "neither http nor https"},
        {{.url = OWN}, "file:///etc/passwd", "neither http nor https"},
        {{.url = OWN}, "javascript:next()", "is no URL"},
        {{.url = OWN}, "http://", "no URL"},
        {{.url = OWN}, "http://exa\nmple/", "no URL"},
        {{.url = OWN, .same_host = true}, "http://example.net/", "hosts: same"},
        {{.url = OWN, .same_host = true}, "https://example.org/", "of another"},
        {{.url = OWN, .body = "x", .body_size = 1},
         "http://example.org:81/",
         "not sent the body"},
        {{.url = OWN, .secrets = secrets}, "ftp://h/s3cret", "ftp://h/***"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_buf url = {0};
        struct gn_target *t;
        struct garner_error err = {0};

        assert_int_equal(
            gn_nextpage(&cases[i].request, BASE, cases[i].next, &url, &t, &err),
            GARNER_INVALID);
        assert_has(err.message, cases[i].why);
        assert_null(t);
        gn_buf_fini(&url);
    }
}

static void the_own_host_alone_is_told_all(void **state)
{
    static const char *const headers[] = {"X-Key: s3cret", NULL};
    static const char *const secrets[] = {"s3cret", NULL};
    const struct gn_request r = {.url = "http://me:s3cret@example.org:80/",
                                 .headers = headers,
                                 .cookies = "a=s3cret",
                                 .secrets = secrets};
    struct gn_buf url = {0};
    struct gn_target *t;

    (void)state;
    assert_int_equal(
        gn_nextpage(&r, BASE, "http://Example.org/s3cret", &url, &t, NULL),
        GARNER_OK);
    assert_has(gn_buf_cstr(&url), "me:s3cret@");
    assert_string_equal(gn_target_url(t), "http://Example.org/***");
    gn_target_free(t);
    gn_buf_clear(&url);
    assert_int_equal(
        gn_nextpage(&r, BASE, "https://example.org/2", &url, &t, NULL),
        GARNER_OK);
    assert_string_equal(gn_buf_cstr(&url), "https://example.org/2");
    gn_target_free(t);
    gn_buf_fini(&url);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_request r = {.url = OWN};
    enum garner_code code = GARNER_NOMEM;

    (void)state;
    for (unsigned n = 1; code == GARNER_NOMEM; n++) {
        struct gn_buf url = {0};
        struct gn_target *t;

        gn_mem_fail_at(n);
        code = gn_nextpage(&r, BASE, "?page=2", &url, &t, NULL);
        gn_mem_fail_at(0);
        gn_target_free(t);
        gn_buf_fini(&url);
    }
    assert_int_equal(code, GARNER_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_resolved),
        cmocka_unit_test(some_are_refused),
        cmocka_unit_test(the_own_host_alone_is_told_all),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
