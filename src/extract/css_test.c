/* css_test.c - selectors and the XPath they become; and those that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/css.h"

static void selectors_become_xpath(void **state)
{
    static const char *const cases[][2] = {
        {"td", "descendant::td"},
        {" TD ", "descendant::td"},
        {"*", "descendant::*"},
        {"table#rates tr", "descendant::tr[ancestor::table[@id='rates']]"},
        {"ul > li a", "descendant::a[ancestor::li[parent::ul]]"},
        {"a+b", "descendant::b[preceding-sibling::*[1]/self::a]"},
        {"a ~ b", "descendant::b[preceding-sibling::a]"},
        {".x.y", "descendant::*[gn-attr('class','~','x') and "
                 "gn-attr('class','~','y')]"},
        {"[HREF]", "descendant::*[@href]"},
        {"[a=b][a = 'it\\'s']", "descendant::*[@a='b' and @a=\"it's\"]"},
        {"[a='\"\\'']", "descendant::*[@a=concat('\"',\"'\")]"},
        {"[a^='x' i]", "descendant::*[gn-attr('a','^i','x')]"},
        {"[a\\:b]", "descendant::*[gn-attr('a:b','?','')]"},
        {"x\\:y", "descendant::*[name()='x:y']"},
        {"\\64 iv", "descendant::div"},
        {"td:nth-child(2)", "descendant::td[gn-nth()=2]"},
        {"tr:nth-child(odd)",
         "descendant::tr[gn-nth()>=1 and (gn-nth() - 1) mod 2 = 0]"},
        {":nth-last-of-type( -2n + 3 )",
         "descendant::*[gn-nth-last-of-type()<=3 and (gn-nth-last-of-type() - "
         "3) mod -2 = 0]"},
        {"h1, h2 b", "descendant::*[self::h1 or self::b[ancestor::h2]]"},
        {"a:not(.x, b > a)",
         "descendant::a[not(self::*[gn-attr('class','~','x')] or "
         "self::a[parent::b])]"},
        {"tr:has(> td[x] b)",
         "descendant::tr[(child::td[@x and descendant::b[true()]])]"},
        {"p:has(+ ul, img)",
         "descendant::p[(following-sibling::*[1]/self::ul[true()] or "
         "descendant::img[true()])]"},
        {":is(a,b):first-child",
         "descendant::*[(self::a or self::b) and gn-nth()=1]"},
        {"> td", "descendant::td[parent::*[gn-scope()]]"},
        {"/* a */ p /* b */ span /*", "descendant::span[ancestor::p]"},
        {"p/* b */ span", "descendant::span[ancestor::p]"},
        {"p/**/.x/**/[y]/*>*/> b/**/,/**/i",
         "descendant::*[self::b[parent::p[gn-attr('class','~','x') and @y]] "
         "or self::i]"},
        {":nth-child(/* n */2)", "descendant::*[gn-nth()=2]"},
        {"p:lang(fr)", "descendant::p[gn-lang('fr')]"},
        {":LANG( 'de-CH' )", "descendant::*[gn-lang('de-CH')]"},
        {"p:target", "descendant::p[false()]"},
        {":scope > td", "descendant::td[parent::*[gn-scope()]]"},
        {"\xc3\xa4", "descendant::*[name()='\xc3\xa4']"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_css_fault fault;
        struct gn_buf out = {0};

        assert_int_equal(gn_css_to_xpath(cases[i][0], &out, &fault), GARNER_OK);
        assert_string_equal(gn_buf_cstr(&out), cases[i][1]);
        gn_buf_fini(&out);
    }
}

static void faults_have_a_place(void **state)
{
    static const struct {
        const char *css;
        size_t at;
        const char *what;
    } cases[] = {
        {"", 0, "a selector is expected"},
        {"  ", 2, "a selector is expected"},
        {"td..x", 3, "the name of a class is expected"},
        {"td >", 4, "a selector is expected"},
        {"a,", 2, "a selector is expected"},
        {"a > > b", 4, "a selector is expected"},
        {"a[", 2, "the name of an attribute is expected"},
        {"a[b", 3, "one of = ~= |= ^= $= *= or ] is expected"},
        {"a[b=", 4, "a name or a \"string\" is expected"},
        {"a[b='c", 4, "the string does not end"},
        {"a[b=c", 5, "a ] is missing"},
        {"a)", 1, "this cannot stand here"},
        {"a:hover", 1, "no such pseudo-class"},
        {"a:lang()", 7, "a language is expected"},
        {"a:lang(en", 9, "a ) is missing"},
        {"a/**/b", 5, "this cannot stand here"},
        {"/* a */", 7, "a selector is expected"},
        {"p::text", 1,
         "a pseudo-element is no node; html_text and html_attr read what is in "
         "one"},
        {"a:nth-child(x)", 12, "odd, even, a number or an+b is expected"},
        {"a:nth-child(2", 13, "a ) is missing"},
        {"a:nth-child(9999999)", 18, "odd, even, a number or an+b is expected"},
        {"a:not(", 6, "a selector is expected"},
        {"a:not(b", 7, "a ) is missing"},
        {"a:contains(b)", 1, "no such pseudo-class with brackets"},
        {"#1", 1, "a name cannot begin with a digit (write it \\3x )"},
        {"svg|a", 3, "namespaces are not known here; use xpath_each"},
        {"a\\", 2, "nothing follows the backslash"},
        {"{", 0, "a selector is expected"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gn_css_fault fault;
        struct gn_buf out = {0};

        assert_int_equal(gn_css_to_xpath(cases[i].css, &out, &fault),
                         GARNER_INVALID);
        assert_string_equal(fault.what, cases[i].what);
        assert_int_equal(fault.at, cases[i].at);
        assert_int_equal(out.size, 0);
        gn_buf_fini(&out);
    }
}

/* The code for n times unit. */
static enum garner_code many(const char *unit, int n, const char *end)
{
    struct gn_buf css = {0};
    struct gn_buf out = {0};
    struct gn_css_fault fault;
    enum garner_code code;

    for (int i = 0; i < n; i++)
        gn_buf_text(&css, unit);
    gn_buf_text(&css, end);
    code = gn_css_to_xpath(gn_buf_cstr(&css), &out, &fault);
    gn_buf_fini(&css);
    gn_buf_fini(&out);
    return code;
}

static void length_and_depth_have_limits(void **state)
{
    (void)state;
    assert_int_equal(many("a ", 199, "b"), GARNER_OK);
    assert_int_equal(many("a ", 100000, "b"), GARNER_INVALID);
    assert_int_equal(many(":not(", 10, "a))))))))))"), GARNER_OK);
    assert_int_equal(many(":not(", 100000, ""), GARNER_INVALID);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 0;

    (void)state;
    while (code == GARNER_NOMEM) {
        struct gn_css_fault fault;
        struct gn_buf out = {0};

        gn_mem_fail_at(++nth);
        code =
            gn_css_to_xpath("a[b='c'] > d:not(.e):has(+ f), #g", &out, &fault);
        gn_mem_fail_at(0);
        gn_buf_fini(&out);
    }
    assert_int_equal(code, GARNER_OK);
    assert_in_range(nth, 10, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selectors_become_xpath),
        cmocka_unit_test(faults_have_a_place),
        cmocka_unit_test(length_and_depth_have_limits),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
