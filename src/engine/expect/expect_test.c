/* expect_test.c - the rules about an answer, as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/expect/expect.h"

static const struct gn_statuses two[] = {{200, 299}, {404, 404}};
static const struct gn_statuses three[] = {{200, 200}, {404, 404}, {500, 599}};
static const char *const html[] = {"text/html"};
static const char *const many[] = {"text/*", "application/json"};
static const char *const any[] = {"*/*"};

static void statuses_are_taken_as_it_says(void **state)
{
    const struct gn_expect nothing = {0};
    const struct gn_expect some = {.statuses = two, .status_count = 2};

    (void)state;
    assert_true(gn_expect_takes(NULL, 200));
    assert_true(gn_expect_takes(&nothing, 399));
    assert_false(gn_expect_takes(NULL, 400));
    assert_false(gn_expect_takes(&nothing, 503));
    assert_true(gn_expect_takes(&some, 200));
    assert_true(gn_expect_takes(&some, 299));
    assert_true(gn_expect_takes(&some, 404));
    assert_false(gn_expect_takes(&some, 301));
    assert_false(gn_expect_takes(&some, 403));
}

static const struct {
    struct gn_expect expect;
    int status;
    const char *type;
    size_t size;
    const char *text; /* NULL: it is as expected */
} answers[] = {
    {{0}, 500, NULL, 0, NULL},
    {{.statuses = two, .status_count = 2}, 404, NULL, 0, NULL},
    {{.statuses = two, .status_count = 2},
     503,
     NULL,
     0,
     "expected status 200 to 299 or 404, and found 503"},
    {{.statuses = three, .status_count = 3},
     301,
     NULL,
     0,
     "expected status 200, 404 or 500 to 599, and found 301"},
    {{.types = html, .type_count = 1}, 200, "text/html", 0, NULL},
    {{.types = html, .type_count = 1},
     200,
     " Text/HTML ; charset=utf-8",
     0,
     NULL},
    {{.types = html, .type_count = 1}, 200, "text/html;x", 0, NULL},
    {{.types = html, .type_count = 1},
     200,
     "text/htm",
     0,
     "expected content_type text/html, and found text/htm"},
    {{.types = html, .type_count = 1},
     200,
     NULL,
     0,
     "expected content_type text/html, and the server named none"},
    {{.types = many, .type_count = 2}, 200, "text/csv", 0, NULL},
    {{.types = many, .type_count = 2}, 200, "application/json", 0, NULL},
    {{.types = many, .type_count = 2},
     200,
     "text/",
     0,
     "expected content_type text/* or others, and found text/"},
    {{.types = many, .type_count = 2},
     200,
     "texts/csv",
     0,
     "expected content_type text/* or others, and found texts/csv"},
    {{.types = any, .type_count = 1}, 200, "x/y", 0, NULL},
    {{.types = any, .type_count = 1},
     200,
     "",
     0,
     "expected content_type */*, and the server named none"},
    {{.min_size = 10, .max_size = 20}, 200, NULL, 10, NULL},
    {{.min_size = 10, .max_size = 20}, 200, NULL, 20, NULL},
    {{.min_size = 10},
     200,
     NULL,
     9,
     "expected min_size 10 bytes, and found 9 in the body"},
    {{.max_size = 20},
     200,
     NULL,
     21,
     "expected max_size 20 bytes, and found 21 in the body"},
};

static void an_answer_is_held_against_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct gn_finding f = {0};

        assert_int_equal(gn_expect_answer(&answers[i].expect, answers[i].status,
                                          answers[i].type, answers[i].size, &f),
                         answers[i].text == NULL);
        assert_string_equal(f.text,
                            answers[i].text != NULL ? answers[i].text : "");
        assert_int_equal(f.rule == NULL, answers[i].text == NULL);
    }
    assert_true(gn_expect_answer(NULL, 500, NULL, 0, NULL));
}

/* What is found when body is tried. */
static struct gn_finding tried(const char *match, const char *not_match,
                               const char *body, size_t size)
{
    const struct gn_expect e = {.match = match, .not_match = not_match};
    struct gn_finding f = {0};
    struct gn_patterns patterns;

    assert_int_equal(gn_expect_patterns(&e, &patterns, NULL), GARNER_OK);
    assert_int_equal(gn_expect_body(&e, &patterns, body, size, &f, NULL),
                     GARNER_OK);
    gn_expect_patterns_fini(&patterns);
    return f;
}

static void bodies_are_tried_by_regular_expressions(void **state)
{
    static const struct {
        const char *match, *not_match, *body, *text;
    } cases[] = {
        {"R[a-z]+s", NULL, "the Rates", NULL},
        {NULL, "(?i)error", "fine", NULL},
        {"a", "b", "a", NULL},
        {"R\\d", NULL, "<h1>\nSorry",
         "expected match \"R\\d\" in the body, and found none in \"<h1> "
         "Sorry\""},
        {NULL, "(?i)error", "An ERROR came",
         "expected not_match \"(?i)error\" nowhere in the body, and found \"An "
         "^ERROR came\""},
        {"a", "b", "ab",
         "expected not_match \"b\" nowhere in the body, and found \"a^b\""},
        {"x", "a", "ab",
         "expected match \"x\" in the body, and found none in "
         "\"ab\""},
        {"a", NULL, "",
         "expected match \"a\" in the body, and found none in \"\""},
        {"b", NULL, "\xff\xfe b", NULL}, /* no UTF-8 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gn_finding f = tried(cases[i].match, cases[i].not_match,
                                          cases[i].body, strlen(cases[i].body));

        assert_string_equal(f.text, cases[i].text != NULL ? cases[i].text : "");
    }
}

static void what_takes_too_many_steps_is_not_as_expected(void **state)
{
    char body[3000];
    struct gn_finding f;

    (void)state;
    memset(body, 'a', sizeof body);
    body[sizeof body - 1] = '!';
    f = tried(NULL, "(a+)+$", body, sizeof body);
    assert_string_equal(f.rule, "not_match");
    assert_non_null(strstr(f.text, "too many steps"));
    f = tried("(a+)+$", NULL, body, sizeof body);
    assert_string_equal(f.rule, "match");
}

static void patterns_fail_cleanly(void **state)
{
    const struct gn_expect good = {.match = "a", .not_match = "b"};
    const struct gn_expect bad = {.match = "a", .not_match = "("};
    enum garner_code code = GARNER_NOMEM;
    struct gn_patterns patterns;
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_expect_patterns(&bad, &patterns, &err), GARNER_INVALID);
    assert_null(patterns.match);
    for (unsigned n = 1; code != GARNER_OK; n++) {
        gn_mem_fail_at(n);
        code = gn_expect_patterns(&good, &patterns, &err);
        gn_mem_fail_at(0);
        if (code != GARNER_OK)
            assert_int_equal(code, GARNER_NOMEM);
    }
    gn_expect_patterns_fini(&patterns);
    assert_int_equal(gn_expect_patterns(NULL, &patterns, &err), GARNER_OK);
    gn_expect_patterns_fini(&patterns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_are_taken_as_it_says),
        cmocka_unit_test(an_answer_is_held_against_it),
        cmocka_unit_test(bodies_are_tried_by_regular_expressions),
        cmocka_unit_test(what_takes_too_many_steps_is_not_as_expected),
        cmocka_unit_test(patterns_fail_cleanly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
