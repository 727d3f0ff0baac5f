/* urlwatch_test.c - urls.yaml: a document for each job. */
#include "import/import_testing.h"

static const char list[] = "# my jobs\n"
                           "name: \"a page\"\n"
                           "url: https://h/a\n"
                           "filter:\n"
                           "  - css: ul#groceries > li.unchecked\n"
                           "  - html2text\n"
                           "  - sort\n"
                           "---\n"
                           "url: https://h/b\n"
                           "method: POST\n"
                           "data: { x: 1, y: a b }\n"
                           "headers: { X-Y: z }\n"
                           "cookies: { s: t }\n"
                           "timeout: 30\n"
                           "ssl_no_verify: true\n"
                           "https_proxy: http://p:1/\n"
                           "max_tries: 3\n"
                           "filter: html2text\n"
                           "---\n"
                           "name: a script\n"
                           "command: ls\n"
                           "---\n"
                           "navigate: https://h/c\n"
                           "filter: [{ element-by-id: it's }]\n"
                           "---\n"
                           "url: [broken\n"
                           "---\n";

static void jobs_become_sources(void **state)
{
    (void)state;
    assert_becomes(
        gn_import_urlwatch, list,
        "\nsources:\n"
        "\n  \"a page\":\n    url: \"https://h/a\"\n    schedule: 1h\n"
        "    rows:\n      table: watched\n      key: [source, i]\n"
        "      sql: |\n"
        "        select :source as source, i, text from html_each(:body, "
        "'ul#groceries > li.unchecked')\n"
        "\n  h/b:\n    url: \"https://h/b\"\n    schedule: 1h\n"
        "    method: POST\n    headers:\n      X-Y: z\n"
        "    cookies:\n      send:\n        s: t\n"
        "    form:\n      x: 1\n      y: \"a b\"\n"
        "    proxy: \"http://p:1/\"\n    timeout: 30s\n"
        "    tls: { insecure: true }\n"
        "    rows:\n      table: watched\n      key: [source, i]\n"
        "      sql: |\n"
        "        select :source as source, 1 as i, html_text(:body, '') as "
        "text\n"
        "\n  h/c:\n    url: \"https://h/c\"\n    schedule: 1h\n"
        "    rows:\n      table: watched\n      key: [source, i]\n"
        "      sql: |\n"
        "        select :source as source, i, text from html_each(:body, "
        "'[id=\"it''s\"]')\n",
        "f:7: the filter sort is left out; say what it does in the sql of "
        "rows\n"
        "f:17: max_tries is left out: write alert: { to: NAME, after: 3 }, and "
        "under notify who NAME is\n"
        "f:20: the job a script is left out: it has no url\n"
        "f:23: https://h/c was read by a browser; garner fetches what the "
        "server sends\n"
        "f: a job is left out: 27:1: the [ opened in line 26 is not closed "
        "before this; add , or ], or quote a value that holds \": \"\n");
}

static void what_a_filter_says_besides_is_told(void **state)
{
    (void)state;
    assert_becomes(
        gn_import_urlwatch,
        "url: https://h/\n"
        "filter:\n"
        "  - css:\n      selector: p\n      exclude: b\n      skip: 1\n"
        "  - xpath: { path: //a, exclude: //i }\n",
        "\nsources:\n"
        "\n  h:\n    url: \"https://h/\"\n    schedule: 1h\n"
        "    rows:\n      table: watched\n      key: [source, i]\n"
        "      sql: |\n"
        "        select :source as source, i, text from html_each(:body, "
        "'p')\n",
        "f:5: exclude of the filter css is left out; say what it does in the "
        "sql of rows\n"
        "f:6: skip of the filter css is left out; say what it does in the sql "
        "of rows\n"
        "f:7: the filter xpath is left out; say what it does in the sql of "
        "rows\n");
}

static void others_are_refused(void **state)
{
    (void)state;
    assert_refuses(gn_import_urlwatch, "command: ls\n",
                   "1: there is no job with a url in it");
    assert_refuses(gn_import_urlwatch, "",
                   "1: there is no job with a url in it");
    assert_refuses(gn_import_urlwatch, "- a\n- b\n",
                   "1: there is no job with a url in it");
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_survives(gn_import_urlwatch, list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_become_sources),
        cmocka_unit_test(what_a_filter_says_besides_is_told),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
