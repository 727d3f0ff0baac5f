/* pfetch_test.c - urls.xml: URLs with where they go, rules, commands, alerts.
 */
#include "import/import_testing.h"

static const char list[] =
    "<?xml version=\"1.0\"?>\n"
    "<urls>\n"
    "<notifiers><notifier name=\"me\" type=\"nma\"><arg>key</arg></notifier>\n"
    "</notifiers>\n"
    "<url href=\"http://www.google.com/\" output=\"/tmp/g.html\" "
    "freq=\"10\"/>\n"
    "<url href=\"http://h/x\" output=\"/tmp/x y\" freq=\"3600\">\n"
    "<mustmatch>one</mustmatch><mustmatch>t.o</mustmatch>\n"
    "<mustnotmatch>error</mustnotmatch>\n"
    "<onerror notify=\"me\"/><onrecover notify=\"me\"/>\n"
    "<command path=\"/usr/bin/tell\"><arg>-a</arg><arg>b c</arg></command>\n"
    "</url>\n"
    "<url output=\"/tmp/z\"/>\n"
    "<url href=\"http://h/y\" output=\"../{y}\"/>\n"
    "</urls>";

static void urls_become_sources(void **state)
{
    (void)state;
    assert_becomes(
        gn_import_pfetch, list,
        "\nnotify:\n  me: [\"logger\", \"-t\", \"garner\"]\n"
        "\nsources:\n"
        "\n  google.com:\n    url: \"http://www.google.com/\"\n"
        "    schedule: 10s\n    body:\n      save: /tmp/g.html\n"
        "\n  h/x:\n    url: \"http://h/x\"\n"
        "    schedule: 3600s\n    body:\n      save: \"/tmp/x y\"\n"
        "    expect:\n"
        "      match: "
        "\"\\\\A(?=[\\\\s\\\\S]*?(?:one))(?=[\\\\s\\\\S]*?(?:t.o))\"\n"
        "      not_match: error\n"
        "    alert:\n      to: [\"me\"]\n      repeat: 1h\n"
        "    hooks:\n      change:\n"
        "        run: [\"/usr/bin/tell\", \"-a\", \"b c\"]\n"
        "        env:\n"
        "          PFETCH_URL: \"http://h/x\"\n"
        "          PFETCH_FILE: \"/tmp/x y\"\n"
        "\n  h/y:\n    url: \"http://h/y\"\n    schedule: 1h\n",
        "f:3: notifier me writes to the system's log now; change its command, "
        "or name a webhook\n"
        "f:12: url has no href, and is left out\n"
        "f:13: output ../{y} is left out, for it has \"..\", \"{\" or the "
        "like; write another under body: save\n");
}

static void others_are_refused(void **state)
{
    (void)state;
    assert_refuses(gn_import_pfetch, "<urls/>",
                   "1: there is no <url href=...> in it");
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_survives(gn_import_pfetch, list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_become_sources),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
