/* robots_test.c - the examples of RFC 9309, and what Google's parser is tested
 * with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/robots.h"

static struct gn_robots_verdict asked(const char *text, const char *token,
                                      const char *path)
{
    struct gn_robots_verdict v;

    gn_robots_ask(text, strlen(text), token, path, &v);
    return v;
}

/* A path, and whether FooBot may fetch it. */
struct question {
    const char *path;
    bool allowed;
};

static void check(const char *text, const struct question *questions)
{
    for (; questions->path != NULL; questions++)
        if (asked(text, "FooBot", questions->path).allowed !=
            questions->allowed)
            fail_msg("%s is %s by:\n%s", questions->path,
                     questions->allowed ? "disallowed" : "allowed", text);
}
#define CHECK(text, ...)                                                       \
    check(text, (const struct question[]){__VA_ARGS__, {NULL, false}})

/* --- whom it is for ------------------------------------------------------ */

static void the_rfc_s_simple_example(void **state)
{
    static const char text[] = "User-Agent: *\n"
                               "Disallow: *.gif$\n"
                               "Disallow: /example/\n"
                               "Allow: /publications/\n"
                               "\n"
                               "User-Agent: foobot\n"
                               "Disallow:/\n"
                               "Allow:/example/page.html\n"
                               "Allow:/example/allowed.gif\n"
                               "\n"
                               "User-Agent: barbot\n"
                               "User-Agent: bazbot\n"
                               "Disallow: /example/page.html\n"
                               "\n"
                               "User-Agent: quxbot\n";

    (void)state;
    CHECK(text, {"/", false}, {"/example/page.html", true},
          {"/example/page.htm", false}, {"/example/allowed.gif", true},
          {"/publications/", false});
    for (size_t i = 0; i < 2; i++) {
        const char *token = i == 0 ? "BarBot" : "bazbot";

        assert_false(asked(text, token, "/example/page.html").allowed);
        assert_true(asked(text, token, "/example/").allowed);
        assert_true(asked(text, token, "/a.gif").allowed);
    }
    assert_true(asked(text, "quxbot", "/example/").allowed);
    assert_false(asked(text, "other", "/a.gif").allowed);
    assert_true(asked(text, "other", "/a.gif?b").allowed);
    assert_false(asked(text, "other", "/example/a").allowed);
    assert_true(asked(text, "other", "/publications/x").allowed);
}

static void groups_are_gathered_and_the_closest_count(void **state)
{
    static const char text[] = "allow: /foo/bar/\n"
                               "\n"
                               "user-agent: FooBot\n"
                               "disallow: /\n"
                               "allow: /x/\n"
                               "user-agent: BarBot\n"
                               "disallow: /\n"
                               "allow: /y/\n"
                               "\n"
                               "allow: /w/\n"
                               "user-agent: BazBot\n"
                               "\n"
                               "user-agent: FooBot\n"
                               "allow: /z/\n"
                               "disallow: /\n";
    static const char other_lines[] = "User-agent: BarBot\n"
                                      "Sitemap: https://foo.bar/sitemap\n"
                                      "User-agent: *\n"
                                      "Disallow: /\n";
    static const char for_all[] = "user-agent: *\nallow: /\n"
                                  "user-agent: FooBot\ndisallow: /\n";

    (void)state;
    CHECK(text, {"/x/b", true}, {"/z/d", true}, {"/y/c", false},
          {"/foo/bar/", false});
    assert_true(asked(text, "BarBot", "/y/c").allowed);
    assert_true(asked(text, "BarBot", "/w/a").allowed);
    assert_false(asked(text, "BarBot", "/z/d").allowed);
    assert_true(asked(text, "BazBot", "/z/").allowed);
    assert_false(asked(text, "BazBot", "/x/").allowed);
    assert_true(asked(text, "QuxBot", "/").allowed);
    assert_false(asked(other_lines, "BarBot", "/").allowed);
    CHECK(other_lines, {"/x", false});
    CHECK(for_all, {"/x", false});
    assert_true(asked(for_all, "BarBot", "/x").allowed);
    CHECK("user-agent: *\ndisallow: /a\nuser-agent: *\ndisallow: /b\n",
          {"/a", false}, {"/b", false}, {"/c", true});
    CHECK("", {"/", true});
    CHECK("foo: FooBot\nbar: /\n", {"/", true});
}

static void names_are_tokens(void **state)
{
    static const char upper[] = "USER-AGENT: FOOBOT\nALLOW: /x/\nDISALLOW: /\n";
    static const char version[] = "User-Agent: FooBot/2.1 (x)\nDisallow: /\n";
    static const char garner[] = "user-agent: garner\ndisallow: /g\n"
                                 "user-agent: *\ndisallow: /a\n";

    (void)state;
    CHECK(upper, {"/x/y", true}, {"/a/b", false});
    CHECK(version, {"/", false});
    CHECK("user-agent: FooBot-News\ndisallow: /\n", {"/", true});
    CHECK("user-agent: Foo\ndisallow: /\n", {"/", true});
    CHECK("user-agent: Foo Bot\ndisallow: /\n", {"/", true});
    CHECK("user-agent: *fox\ndisallow: /\n", {"/", true});
    CHECK("user-agent: * all\ndisallow: /\n", {"/", false});
    CHECK("user-agent:\ndisallow: /\n", {"/", true});
    assert_false(
        asked("user-agent: MJ12bot\ndisallow: /\n", "mj12bot", "/").allowed);
    /* One who calls itself otherwise is garner still. */
    CHECK(garner, {"/g", false}, {"/a", true});
    assert_true(asked("user-agent:\ndisallow: /\n", "", "/").allowed);
}

static void the_token_is_what_a_user_agent_begins_with(void **state)
{
    static const struct {
        const char *user_agent;
        const char *token;
    } cases[] = {
        {NULL, "garner"},
        {"garner/1.2", "garner"},
        {"my_Bot-2 (+x)", "my_Bot-2"},
        {"", ""},
        {"(x)", ""},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aa",
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    };
    char token[GN_ROBOTS_TOKEN];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gn_robots_token(cases[i].user_agent, token);
        assert_string_equal(token, cases[i].token);
    }
}

/* --- lines --------------------------------------------------------------- */

static void lines_are_taken_as_they_come(void **state)
{
    static const char *const all_disallow[] = {
        "user-agent: FooBot\rdisallow: /\r",
        "user-agent: FooBot\r\ndisallow: /\r\n",
        "\xEF\xBB\xBFuser-agent: FooBot\ndisallow: /",
        "\xEF\xBBuser-agent: FooBot\ndisallow: /",
        "\xEFuser-agent: FooBot\ndisallow: /",
        "user-agent FooBot\ndisallow /\n",
        "user-agent\tFooBot\ndisallow \t /\n",
        "  user-agent \t:\tFooBot \n\t disallow : / \t\n",
        "user-agent: FooBot # us\ndisallow: / # all\n",
        "user-agent: FooBot\n\n\n# x\n\ndisallow: /\n",
        "user-agent: FooBot\nnothing\n: /\ndisallow: /\n",
    };
    static const char *const none[] = {
        "\xEF\x11\xBFuser-agent: FooBot\ndisallow: /",
        "user-agent: FooBot\nx\xEF\xBB\xBF: x\n\xEF\xBB\xBF disallow: /",
        "user-agent: FooBot\ndisallow\n",
        "user-agent: FooBot\ndisallow: # /\n",
        "user-agent: FooBot\ndisallow /a /\n",
        "user-agent: FooBot\n#disallow: /\n",
        "user-agent: FooBot\ndisallowed: /\n",
        "user-agent: FooBot\ndis: /\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof all_disallow / sizeof all_disallow[0]; i++)
        CHECK(all_disallow[i], {"/a", false});
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        CHECK(none[i], {"/a", true});
}

static void the_rule_that_decided_is_told(void **state)
{
    static const char *const ends[] = {"\n", "\r", "\r\n"};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct gn_robots_verdict v;
        char text[128];

        snprintf(text, sizeof text,
                 "# hello%suser-agent: *%s%sdisallow: /a/ # x%s", ends[i],
                 ends[i], ends[i], ends[i]);
        v = asked(text, "FooBot", "/a/b");
        assert_false(v.allowed);
        assert_int_equal(v.line, 4);
        assert_int_equal(v.rule_size, 3);
        assert_memory_equal(v.rule, "/a/", 3);
        v = asked(text, "FooBot", "/b");
        assert_true(v.allowed);
        assert_int_equal(v.line, 0);
    }
}

static void put(char *at, const char *text)
{
    while (*text != '\0')
        *at++ = *text++;
}

static void no_more_is_read_than_the_limit(void **state)
{
    const size_t size = GN_ROBOTS_MAX + 100;
    char *text = gn_alloc(size);
    struct gn_robots_verdict v;

    (void)state;
    assert_non_null(text);
    memset(text, '\n', size);
    put(text, "user-agent: FooBot\n");
    put(text + GN_ROBOTS_MAX - 13, "\ndisallow: /a/b/c");
    gn_robots_ask(text, size, "FooBot", "/a/x", &v);
    assert_true(v.allowed); /* "disallow: /a", cut, is no rule */
    put(text + GN_ROBOTS_MAX - 13, "\ndisallow: /\n");
    gn_robots_ask(text, size, "FooBot", "/a/x", &v);
    assert_false(v.allowed);
    gn_free(text);
}

/* --- paths --------------------------------------------------------------- */

static void the_longest_match_decides(void **state)
{
    (void)state;
    CHECK("user-agent: FooBot\ndisallow: /x/page.html\nallow: /x/\n",
          {"/x/page.html", false}, {"/x/", true});
    CHECK("user-agent: FooBot\nallow: /x/page.html\ndisallow: /x/\n",
          {"/x/page.html", true}, {"/x/", false});
    CHECK("user-agent: FooBot\ndisallow: \nallow: \n", {"/x/page.html", true});
    CHECK("user-agent: FooBot\ndisallow: /\nallow: /\n", {"/x", true});
    CHECK("user-agent: FooBot\nallow: /\ndisallow: /\n", {"/x", true});
    CHECK("user-agent: FooBot\ndisallow: /x\nallow: /x/\n", {"/x", false},
          {"/x/", true});
    CHECK("user-agent: FooBot\nallow: /page\ndisallow: /*.html\n",
          {"/page.html", false}, {"/page", true});
    CHECK("user-agent: FooBot\nallow: /x/page.\ndisallow: /*.html\n",
          {"/x/page.html", true}, {"/x/y.html", false});
    CHECK("user-agent: FooBot\nallow: /p\ndisallow: /\n", {"/page", true},
          {"/", false});
    CHECK("user-agent: FooBot\nallow: /$\ndisallow: /\n", {"/", true},
          {"/page.html", false}, {"", true});
    CHECK("user-agent: FooBot\nallow: /example/page/\n"
          "disallow: /example/page/disallowed.gif\n",
          {"/example/page/disallowed.gif", false}, {"/example/page/", true});
    /* A rule's octets count as they are encoded. */
    CHECK("user-agent: FooBot\ndisallow: /*b$\nallow: /\xC3\xA4\n",
          {"/%C3%A4b", true}, {"/cb", false});
    CHECK("user-agent: FooBot\ndisallow: /x\n", {"/X", true}, {"/x", false});
}

static void wildcards(void **state)
{
    static const struct {
        const char *rule;
        const char *path;
        bool matches;
    } cases[] = {
        {"/", "/fish", true},
        {"/fish", "/fish.html", true},
        {"/fish", "/fishheads/yummy.html", true},
        {"/fish", "/bar", false},
        {"/fish", "/catfish", false},
        {"/fish", "/?id=fish", false},
        {"/fish*", "/fish", true},
        {"/fish*", "/fish.php?id=anything", true},
        {"/fish*", "/Fish.asp", false},
        {"/fish/", "/fish/?salmon", true},
        {"/fish/", "/fish", false},
        {"/*.php", "/filename.php", true},
        {"/*.php", "/folder/filename.php.html", true},
        {"/*.php", "/filename.php/", true},
        {"/*.php", "/php", false},
        {"/*.php", "/windows.PHP", false},
        {"/*.php$", "/folder/filename.php", true},
        {"/*.php$", "/filename.php?x", false},
        {"/*.php$", "/filename.php.php", true},
        {"/*.php$", "/filename.php/", false},
        {"/fish*.php", "/fishheads/catfish.php?x", true},
        {"/fish*.php", "/Fish.PHP", false},
        {"*", "/x", true},
        {"*$", "/x", true},
        {"$", "/x", false},
        {"**/**b", "/ab", true},
        {"/a*b*c$", "/axbxxbc", true},
        {"/a*b*c$", "/axbxxbcd", false},
        {"/a*bc*", "/ab", false},
        {"fish", "/fish", false},
        {"/a$b", "/a$b", true},
        {"/a$b", "/a", false},
        {"/a$$", "/a$", true},
        {"/*/*/*/*/*/*/*/*/*/*/x$", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/", false},
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "user-agent: *\ndisallow: %s",
                 cases[i].rule);
        if (asked(text, "FooBot", cases[i].path).allowed == cases[i].matches)
            fail_msg("%s, %s", cases[i].rule, cases[i].path);
    }
}

/* The rows of the table in section 2.2.2, and what goes with them. */
static void however_it_is_written(void **state)
{
    static const struct {
        const char *rule;
        const char *path;
        bool matches;
    } cases[] = {
        {"/foo/bar?baz=quz", "/foo/bar?baz=quz", true},
        {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar",
         true},
        {"/foo/bar?baz=https%3a%2f%2Ffoo.bar", "/foo/bar?baz=https://foo.bar",
         true},
        {"/foo/bar?qux=taz&baz=http://foo.bar?tar&par",
         "/foo/bar?qux=taz&baz=http://foo.bar?tar&par", true},
        {"/foo/bar/\xE3\x83\x84", "/foo/bar/%E3%83%84", true},
        {"/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84", true},
        {"/foo/bar/%E3%83%84", "/foo/bar/\xE3\x83\x84", true},
        {"/foo/bar/%62%61%7A", "/foo/bar/baz", true},
        {"/foo/bar/baz", "/foo/bar/%62%61%7A", true},
        {"/%7Ejoe/", "/~joe/index.html", true},
        {"/~joe/", "/%7ejoe/index.html", true},
        {"/a%3cd.html", "/a%3Cd.html", true},
        {"/a%2fb.html", "/a/b.html", false}, /* another path */
        {"/a%2fb.html", "/a%2Fb.html", true},
        {"/a/b", "/a%2Fb", false},
        {"/a b", "/a%20b", true},
        {"/a%zz", "/a%25zz", true},
        {"/a%4", "/a%254", true},
        {"/a%", "/a%25", true},
        /* section 2.2.3 */
        {"/path/file-with-a-%2A.html", "/path/file-with-a-*.html", true},
        {"/path/file-with-a-%2A.html", "/path/file-with-a-%2a.html", true},
        {"/path/file-with-a-%2A.html", "/path/file-with-a-b.html", false},
        {"/path/foo-%24", "/path/foo-$", true},
        {"/path/foo-%24", "/path/foo-", false},
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "user-agent: *\ndisallow: %s",
                 cases[i].rule);
        if (asked(text, "FooBot", cases[i].path).allowed == cases[i].matches)
            fail_msg("%s, %s", cases[i].rule, cases[i].path);
    }
}

static void robots_txt_itself_is_allowed(void **state)
{
    (void)state;
    CHECK("user-agent: *\ndisallow: /\n", {"/robots.txt", true},
          {"/robots.txt2", false}, {"/", false});
}

/* --- the rest ------------------------------------------------------------ */

static void delays_are_numbers(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"10", 10000},     {"0.5", 500},
        {"1.2345", 1234},  {".5", 500},
        {"2.", 2000},      {"0", 0},
        {"-1", 0},         {"", 0},
        {".", 0},          {"1e3", 0},
        {"10 s", 0},       {"3600", 3600000},
        {"3601", 3600000}, {"99999999999999999999999999", 3600000},
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, "user-agent: *\ncrawl-delay: %s",
                 cases[i].text);
        assert_int_equal(asked(text, "FooBot", "/").delay_ms, cases[i].ms);
    }
    snprintf(text, sizeof text,
             "user-agent: a\ncrawl-delay: 7\ncrawl-delay: 5\n"
             "user-agent: b\ncrawl-delay: 1\ndisallow: /\n");
    assert_int_equal(asked(text, "a", "/").delay_ms, 7000);
    assert_int_equal(asked(text, "b", "/").delay_ms, 1000);
    assert_int_equal(asked(text, "b", "/robots.txt").delay_ms, 1000);
    assert_false(asked(text, "a", "/").allowed); /* no group ends there */
}

static void sitemaps_are_found(void **state)
{
    static const char text[] = "Sitemap: http://foo.bar/sitemap.xml\r\n"
                               "user-agent: *\n"
                               "sitemap:\n"
                               "site: map\n"
                               "SITEMAP :  /b.xml # x\n"
                               "disallow: /";
    const char *url;
    size_t at = 0;
    size_t size;

    (void)state;
    assert_true(gn_robots_sitemap(text, strlen(text), &at, &url, &size));
    assert_int_equal(size, strlen("http://foo.bar/sitemap.xml"));
    assert_memory_equal(url, "http://foo.bar/sitemap.xml", size);
    assert_true(gn_robots_sitemap(text, strlen(text), &at, &url, &size));
    assert_int_equal(size, 6);
    assert_memory_equal(url, "/b.xml", size);
    assert_false(gn_robots_sitemap(text, strlen(text), &at, &url, &size));
}

static void what_an_answer_means(void **state)
{
    static const struct {
        enum gn_failure failure;
        int status;
        enum gn_robots_access access;
    } cases[] = {
        {GN_FAILURE_NONE, 200, GN_ROBOTS_RULES},
        {GN_FAILURE_NONE, 204, GN_ROBOTS_RULES},
        {GN_FAILURE_NONE, 304, GN_ROBOTS_UNAVAILABLE},
        {GN_FAILURE_NONE, 404, GN_ROBOTS_UNAVAILABLE},
        {GN_FAILURE_NONE, 401, GN_ROBOTS_UNAVAILABLE},
        {GN_FAILURE_NONE, 429, GN_ROBOTS_UNREACHABLE},
        {GN_FAILURE_NONE, 500, GN_ROBOTS_UNREACHABLE},
        {GN_FAILURE_NONE, 599, GN_ROBOTS_UNREACHABLE},
        {GN_FAILURE_NONE, 0, GN_ROBOTS_UNREACHABLE},
        {GN_FAILURE_REDIRECT, 302, GN_ROBOTS_UNAVAILABLE},
        {GN_FAILURE_CONNECT, 0, GN_ROBOTS_UNREACHABLE},
        {GN_FAILURE_TIMEOUT, 200, GN_ROBOTS_UNREACHABLE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(gn_robots_access(cases[i].failure, cases[i].status),
                         cases[i].access);
}

static void how_long_it_is_fresh(void **state)
{
    const int64_t day = INT64_C(86400000);

    (void)state;
    assert_int_equal(gn_robots_fresh_ms(""), day);
    assert_int_equal(gn_robots_fresh_ms("cache-control: max-age=60\n"), 60000);
    assert_int_equal(
        gn_robots_fresh_ms("date: x\ncache-control: public,Max-Age=60, x\n"),
        60000);
    assert_int_equal(gn_robots_fresh_ms("cache-control: s-max-age=60\n"), day);
    assert_int_equal(
        gn_robots_fresh_ms("cache-control: max-age=99999999999999999999\n"),
        day);
    assert_int_equal(gn_robots_fresh_ms("cache-control: max-age=0\n"), 0);
    assert_int_equal(gn_robots_fresh_ms("cache-control: no-cache"), day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rfc_s_simple_example),
        cmocka_unit_test(groups_are_gathered_and_the_closest_count),
        cmocka_unit_test(names_are_tokens),
        cmocka_unit_test(the_token_is_what_a_user_agent_begins_with),
        cmocka_unit_test(lines_are_taken_as_they_come),
        cmocka_unit_test(the_rule_that_decided_is_told),
        cmocka_unit_test(no_more_is_read_than_the_limit),
        cmocka_unit_test(the_longest_match_decides),
        cmocka_unit_test(wildcards),
        cmocka_unit_test(however_it_is_written),
        cmocka_unit_test(robots_txt_itself_is_allowed),
        cmocka_unit_test(delays_are_numbers),
        cmocka_unit_test(sitemaps_are_found),
        cmocka_unit_test(what_an_answer_means),
        cmocka_unit_test(how_long_it_is_fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
