/* bounds_test.c - which links are followed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "crawl/bounds.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct gn_bounds *bounds_of(const struct gn_bounds_rules *rules)
{
    static const char *const starts[] = {"https://www.example.org/docs/",
                                         "HTTP://localhost:8080",
                                         "http://[::1]/"};
    struct garner_error err = {GARNER_OK, 0, ""};
    struct gn_bounds *b;

    (void)gn_bounds_new(rules, starts, COUNT(starts), &b, &err);
    assert_string_equal(err.message, "");
    return b;
}

static enum gn_bounds_answer ask(struct gn_bounds *b, const char *url,
                                 int depth)
{
    enum gn_bounds_answer answer;

    assert_int_equal(gn_bounds_ask(b, url, depth, &answer, NULL), GARNER_OK);
    return answer;
}

static void links_stay_where_it_began(void **state)
{
    static const struct {
        const char *url;
        bool same_site, same_host, any;
    } cases[] = {
        {"https://www.example.org/", true, true, true},
        {"http://www.example.org/other", true, true, true},
        {"https://example.org/", true, false, true},
        {"https://a.b.example.org/", true, false, true},
        {"https://www.example.org:8443/", true, false, true},
        {"https://example.com/", false, false, true},
        {"https://badexample.org/", false, false, true},
        {"http://localhost:8080/x", true, true, true},
        {"http://localhost/", true, false, true},
        {"http://www.localhost:8080/", false, false, true},
        {"http://[::1]/x", true, true, true},
        {"http://[::1]:81/x", true, false, true},
        {"http://[::2]/x", false, false, true},
        {"http://127.0.0.1/", false, false, true},
    };

    (void)state;
    for (enum gn_same same = GN_SAME_SITE; same <= GN_SAME_ANY; same++) {
        struct gn_bounds *b =
            bounds_of(&(struct gn_bounds_rules){.same = same, .depth = -1});

        for (size_t i = 0; i < COUNT(cases); i++) {
            const bool within = same == GN_SAME_SITE   ? cases[i].same_site
                                : same == GN_SAME_HOST ? cases[i].same_host
                                                       : cases[i].any;

            if (ask(b, cases[i].url, 9) !=
                (within ? GN_BOUNDS_WITHIN : GN_BOUNDS_ELSEWHERE))
                fail_msg("%s, same %d", cases[i].url, (int)same);
        }
        gn_bounds_free(b);
    }
}

static void what_is_no_page_of_the_web_is_not_followed(void **state)
{
    static const char *const urls[] = {
        "",         "ftp://h/",        "mailto:a@h",        "/relative",
        "http://",  "http://u@h/",     "http://u:p@h/",     "http://:p@h/",
        "http:///", "javascript:a://", "file:///etc/passwd"};
    struct gn_bounds *b =
        bounds_of(&(struct gn_bounds_rules){.same = GN_SAME_ANY, .depth = -1});

    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++)
        assert_int_equal(ask(b, urls[i], 0), GN_BOUNDS_NO_URL);
    gn_bounds_free(b);
}

static void patterns_allow_and_deny(void **state)
{
    static const char *const allow[] = {"^https://www\\.example\\.org/docs/",
                                        "/en/"};
    static const char *const deny[] = {"\\.(zip|pdf)$", "[?&]session="};
    static const struct {
        const char *url;
        enum gn_bounds_answer answer;
    } cases[] = {
        {"https://www.example.org/docs/a", GN_BOUNDS_WITHIN},
        {"http://www.example.org/docs/a", GN_BOUNDS_NOT_ALLOWED},
        {"http://www.example.org/en/a", GN_BOUNDS_WITHIN},
        {"https://www.example.org/docs/a.zip", GN_BOUNDS_DENIED},
        {"https://www.example.org/docs/a.zip?x", GN_BOUNDS_WITHIN},
        {"https://www.example.org/docs/?a&session=1", GN_BOUNDS_DENIED},
        {"https://www.example.org/a.zip", GN_BOUNDS_NOT_ALLOWED},
        {"https://example.com/en/a.zip", GN_BOUNDS_ELSEWHERE},
    };
    struct gn_bounds *b = bounds_of(&(struct gn_bounds_rules){
        GN_SAME_SITE, allow, COUNT(allow), deny, COUNT(deny), -1});

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(ask(b, cases[i].url, 1), cases[i].answer);
    gn_bounds_free(b);
    b = bounds_of(
        &(struct gn_bounds_rules){.deny = deny, .deny_count = 1, .depth = -1});
    assert_int_equal(ask(b, "http://www.example.org/", 1), GN_BOUNDS_WITHIN);
    assert_int_equal(ask(b, "http://www.example.org/a.pdf", 1),
                     GN_BOUNDS_DENIED);
    gn_bounds_free(b);
}

static void depth_is_counted_from_the_starts(void **state)
{
    struct gn_bounds *b =
        bounds_of(&(struct gn_bounds_rules){.same = GN_SAME_ANY, .depth = 2});

    (void)state;
    assert_int_equal(ask(b, "http://h/", 0), GN_BOUNDS_WITHIN);
    assert_int_equal(ask(b, "http://h/", 2), GN_BOUNDS_WITHIN);
    assert_int_equal(ask(b, "http://h/", 3), GN_BOUNDS_DEPTH);
    gn_bounds_free(b);
    b = bounds_of(&(struct gn_bounds_rules){.same = GN_SAME_ANY, .depth = 0});
    assert_int_equal(ask(b, "http://h/", 0), GN_BOUNDS_WITHIN);
    assert_int_equal(ask(b, "http://h/", 1), GN_BOUNDS_DEPTH);
    gn_bounds_free(b);
}

static void what_is_wrong_is_named(void **state)
{
    static const char *const wrong[] = {"a", "(b"};
    static const char *const slow[] = {"(a+)+$"};
    static const char *const start[] = {"http://h/"};
    static const char *const no_start[] = {"h/"};
    char url[] = "http://h/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
    enum gn_bounds_answer answer;
    struct garner_error err;
    struct gn_bounds *b;

    (void)state;
    assert_int_equal(
        gn_bounds_new(&(struct gn_bounds_rules){.deny = wrong, .deny_count = 2},
                      start, 1, &b, &err),
        GARNER_INVALID);
    assert_null(b);
    assert_memory_equal(err.message, "deny \"(b\": ", 11);
    assert_int_equal(
        gn_bounds_new(&(struct gn_bounds_rules){0}, no_start, 1, &b, &err),
        GARNER_INVALID);
    assert_int_equal(gn_bounds_new(&(struct gn_bounds_rules){.allow = slow,
                                                             .allow_count = 1,
                                                             .depth = -1},
                                   start, 1, &b, &err),
                     GARNER_OK);
    assert_int_equal(gn_bounds_ask(b, url, 0, &answer, &err), GARNER_INVALID);
    assert_memory_equal(err.message, "allow \"(a+)+$\": ", 16);
    gn_bounds_free(b);
    gn_bounds_free(NULL);
}

static void lost_memory_is_told(void **state)
{
    static const char *const starts[] = {"http://www.example.org/",
                                         "http://h/"};
    static const char *const patterns[] = {"example", "org"};
    const struct gn_bounds_rules rules = {GN_SAME_SITE, patterns, 2,
                                          patterns,     1,        -1};
    bool lost = true;

    (void)state;
    for (unsigned n = 1; lost; n++) {
        enum gn_bounds_answer answer = GN_BOUNDS_WITHIN;
        struct garner_error err;
        struct gn_bounds *b;
        enum garner_code code;

        gn_mem_fail_at(n);
        code = gn_bounds_new(&rules, starts, 2, &b, &err);
        if (code == GARNER_OK)
            code = gn_bounds_ask(b, "http://a.example.org/", 0, &answer, &err);
        lost = code == GARNER_NOMEM;
        gn_mem_fail_at(0);
        if (lost)
            assert_string_not_equal(err.message, "");
        else
            assert_int_equal(answer, GN_BOUNDS_DENIED);
        gn_bounds_free(b);
    }
}

static void answers_have_words(void **state)
{
    (void)state;
    assert_string_equal(gn_bounds_word(GN_BOUNDS_WITHIN), "within");
    assert_string_equal(gn_bounds_word(GN_BOUNDS_NO_URL), "no URL");
    assert_string_equal(gn_bounds_word(GN_BOUNDS_DEPTH), "too deep");
    assert_string_equal(gn_bounds_word(GN_BOUNDS_ELSEWHERE), "elsewhere");
    assert_string_equal(gn_bounds_word(GN_BOUNDS_NOT_ALLOWED), "not allowed");
    assert_string_equal(gn_bounds_word(GN_BOUNDS_DENIED), "denied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_stay_where_it_began),
        cmocka_unit_test(what_is_no_page_of_the_web_is_not_followed),
        cmocka_unit_test(patterns_allow_and_deny),
        cmocka_unit_test(depth_is_counted_from_the_starts),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(lost_memory_is_told),
        cmocka_unit_test(answers_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
