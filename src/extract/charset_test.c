/* charset_test.c - what a body is in, by all that can say it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/charset.h"

struct test_case {
    const char *body;
    const char *content_type;
    const char *name;
};

static const char *detect(const char *body, size_t size, const char *type)
{
    char *exact = gn_alloc(size + (size == 0));
    const struct gn_charset *c;

    for (size_t i = 0; i < size; i++)
        exact[i] = body[i];
    type = type != NULL ? type : "";
    c = gn_charset_detect(exact, size, type, strlen(type));
    gn_free(exact);
    return c != NULL ? c->name : "none";
}

static void check(const struct test_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *name =
            detect(cases[i].body, strlen(cases[i].body), cases[i].content_type);

        if (strcmp(name, cases[i].name) != 0)
            fail_msg("\"%s\", %s: %s", cases[i].body,
                     cases[i].content_type != NULL ? cases[i].content_type
                                                   : "nothing",
                     name);
    }
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

static void the_order(void **state)
{
    static const struct test_case cases[] = {
        {"\xef\xbb\xbfx", "text/html; charset=koi8-r", "utf-8"},
        {"\xff\xfex", "text/html; charset=utf-8", "utf-16le"},
        {"\xfe\xffx", NULL, "utf-16be"},
        {"<meta charset=koi8-r>", "text/html; charset=big5", "big5"},
        {"<meta charset=koi8-r>", "text/html; charset=nonsense", "koi8-r"},
        {"<meta charset=koi8-r>", "text/html", "koi8-r"},
        {"<meta charset=nonsense>\xe4", "text/html", "windows-1252"},
        {"", NULL, "utf-8"},
        {"plain", NULL, "utf-8"},
        {"\xc3\xa4", "text/plain", "utf-8"},
        {"\xe4", "text/plain", "windows-1252"},
        {"\xe4", "text/plain; charset=utf-8", "utf-8"},
        {"\xc3\xa4", "text/plain; charset=latin1", "windows-1252"},
        {"\xc3\xa4", "application/json; charset=latin1", "utf-8"},
        {"\xc3\xa4", "application/feed+json ;charset=latin1", "utf-8"},
        {"\xe4", "application/json; charset=latin1", "windows-1252"},
    };

    (void)state;
    CHECK(cases);
}

static void content_types(void **state)
{
    static const struct test_case cases[] = {
        {"x", "text/html;charset=koi8-r", "koi8-r"},
        {"x", "text/html; CHARSET = \"KOI8-R\"; x=y", "koi8-r"},
        {"x", "text/html; x=y; charset='koi8-r", "koi8-r"},
        {"x", "text/html; charset=koi8-r;", "koi8-r"},
        {"x", "text/html; charset", "utf-8"},
        {"x", "text/html; charset=", "utf-8"},
        {"x", "charset charset=koi8-r", "koi8-r"},
        {"x", "", "utf-8"},
    };

    (void)state;
    CHECK(cases);
}

static void put(char *to, const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++)
        to[i] = text[i];
}

static void documents_say_it(void **state)
{
    static const struct test_case cases[] = {
        {"<?xml version='1.0' encoding='koi8-r'?>", NULL, "koi8-r"},
        {"<?xml version=\"1.0\" encoding = \"KOI8-R\" ?>", NULL, "koi8-r"},
        {"<?xml version='1.0'?><a encoding='koi8-r'>", NULL, "utf-8"},
        {"<?xml encoding='utf-16'?>", NULL, "utf-8"},
        {"<?xml encoding", NULL, "utf-8"},
        {"<?xml encoding='", NULL, "utf-8"},
        {"<html><head><META CharSet='koi8-r' />", NULL, "koi8-r"},
        {"<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>",
         NULL, "koi8-r"},
        {"<meta content=\"text/html;charset=koi8-r\" "
         "http-equiv=\"content-type\">",
         NULL, "koi8-r"},
        {"<meta name=x content='text/html; charset=koi8-r'>", NULL, "utf-8"},
        {"<meta charset=utf-16>", NULL, "utf-8"},
        {"<!-- <meta charset=big5> --><meta charset=koi8-r>", NULL, "koi8-r"},
        {"<!--><meta charset=koi8-r>", NULL, "koi8-r"},
        {"<!-- <meta charset=big5>", NULL, "utf-8"},
        {"<a title='<meta charset=big5>'><meta charset=koi8-r>", NULL,
         "koi8-r"},
        {"<metal charset=big5>", NULL, "utf-8"},
        {"<meta/charset=koi8-r>", NULL, "koi8-r"},
        {"<meta", NULL, "utf-8"},
        {"<meta charset", NULL, "utf-8"},
        {"<meta charset=", NULL, "utf-8"},
        {"<meta charset='", NULL, "utf-8"},
        {"<", NULL, "utf-8"},
        {"text <meta charset=big5>", NULL, "utf-8"},
    };
    char late[GN_CHARSET_LOOK + 100];

    (void)state;
    CHECK(cases);
    memset(late, ' ', sizeof late);
    put(late, "<p>");
    put(late + GN_CHARSET_LOOK, "<meta charset=koi8-r>");
    assert_string_equal(detect(late, sizeof late, NULL), "utf-8");
    put(late + GN_CHARSET_LOOK - 21, "<meta charset=koi8-r>");
    assert_string_equal(detect(late, sizeof late, NULL), "koi8-r");
    assert_string_equal(detect("<\0?\0x\0", 6, NULL), "utf-16le");
    assert_string_equal(detect("\0<\0?\0x", 6, NULL), "utf-16be");
}

static void what_is_no_text(void **state)
{
    (void)state;
    assert_string_equal(detect("\x89PNG\r\n\x1a\n", 8, "image/png"), "none");
    assert_string_equal(detect("\x1f\x8b\x08\0", 4, NULL), "none");
    assert_string_equal(detect("a\0b", 3, NULL), "none");
    assert_string_equal(detect("a\0\xff", 3, "x; charset=utf-8"), "none");
    assert_string_equal(detect("a\0\xff", 3, "x; charset=utf-16le"),
                        "utf-16le");
    assert_string_equal(detect("\xff\xfe\0", 3, NULL), "utf-16le");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order),
        cmocka_unit_test(content_types),
        cmocka_unit_test(documents_say_it),
        cmocka_unit_test(what_is_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
