/* constants_test.c - what is wrong whatever the body is, is found without it.
 */
#include "extract/fixture_test.h"

#include "extract/constants.h"

static void wrong_ones_are_told(void **state)
{
    static const struct {
        const char *sql;
        const char *message;
    } cases[] = {
        {"select 1 from html_each(:body, 'p[')",
         "SQL line 1, column 32: html_each: the selector at column 3: "},
        {"select html_text(n.node,\n 'td[') from html_each(:body, 'p') n",
         "SQL line 2, column 2: html_text: the selector at column 4: "},
        {"select html_attr(:body, 'a:b(', 'c')", "html_attr: the selector "},
        {"select 1 from html_table(:body, ':x')", "html_table: the selector "},
        {"select 1 from links_each(:body, :url, 'a[')",
         "links_each: the selector at column 3: "},
        {"select 1 from xpath_each(:body, '//[')",
         "xpath_each: the XPath at column 3: "},
        {"select 1 from xml_each(:body, '//p[$x]')",
         "xml_each: the XPath at column 6: there are no variables"},
        {"select xml_text(:body, 'nosuch()')",
         "xml_text: the XPath at column 1: there is no such function"},
        {"select 1 from regex_each(:body, '(')", "regex_each: "},
        {"select regex_get(:body, '(')", "regex_get: "},
        {"select 1 from csv_each(:body, '{\"delim\":1}')",
         "csv_each: option delim: there are "},
        {"select parse_number('1', 'xx')", "parse_number: "},
        {"select url_part(:url, 'xx')", "url_part: a part is "},
        {"select parse_time(:body, 'xx')", "parse_time: "},
    };
    struct garner_error err;

    (void)state;
    gn_sandbox_arm(&sandbox, 60000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(gn_constants_check(&sandbox, cases[i].sql, &err),
                         GARNER_SQL);
        if (strstr(err.message, cases[i].message) == NULL)
            assert_string_equal(err.message, cases[i].message);
        assert_memory_equal(err.message, "SQL line ", 9);
    }
}

static void what_may_be_right_is(void **state)
{
    static const char *const cases[] = {
        "select 1",
        "select html_text(r.node, 'td') from html_each(:body, 'tr') r",
        "select html_text(:body, ''), html_attr(:body, '', 'p[')",
        "select 1 from html_each('p[', 'p')",
        "select 1 from html_each(:body, 'p' || '[')",
        "select 1 from html_table(:body, 'table')",
        "select 1 from html_table(:body, '')",
        "select 1 from links_each(:body, :url, 'nav a')",
        "select 1 from links_each(:body, 'a[')",
        "select 1 from xml_each(:body, '//m:price')",
        "select 1 from xml_each(:body, '//m:p', '{\"m\":\"urn:m\"}')",
        "select xml_text(:body, '//m:p', '{\"m\":\"urn:m\"}')",
        "select 1 from xpath_each(:body, '@href')",
        "select 1 from regex_each(:body, '(a|b)+')",
        "select regex_get(:body, 'a(?<n>b)', 'n')",
        "select 1 from csv_each(:body, '{\"delimiter\":\";\"}')",
        "select 1 from csv_each('', '{\"header\":[\"a\"]}')",
        "select parse_number(:body, 'de'), parse_time(:body, 'dmy')",
        "select url_part(:url, 'host'), url_part(:url, '?q')",
        "select 'html_each(:body, ''p['')'",
    };

    (void)state;
    gn_sandbox_arm(&sandbox, 60000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {0};

        if (gn_constants_check(&sandbox, cases[i], &err) != GARNER_OK)
            fail_msg("%s: %s", cases[i], err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_ones_are_told),
        cmocka_unit_test(what_may_be_right_is),
    };

    return cmocka_run_group_tests(tests, open_sandbox, close_sandbox);
}
