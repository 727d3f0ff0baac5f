/* curl_line_test.c - curl commands, as people and browsers write them. */
#include "cli/curl_line.h"
#include "import/import_testing.h"

static void flags_become_keys(void **state)
{
    (void)state;
    assert_becomes(gn_curl_line_import,
                   "curl example.org/x -s -o f --compressed",
                   "\nsources:\n\n  example.org/x:\n"
                   "    url: \"http://example.org/x\"\n    schedule: 1h\n",
                   "f: -o f is left out: bodies are kept in the store; see "
                   "'garner help body'\n");
    assert_becomes(
        gn_curl_line_import,
        "curl 'https://h/a?b=c' \\\n"
        "  -X PUT -H 'Accept: text/csv' -H 'X: y: z' \\\n"
        "  --data-raw $'{\"a\":\\'1\\'}' -A 'me/1' -k --cacert /dev/null \\\n"
        "  -m 5 --connect-timeout 1.5 --max-redirs 0 -x socks5://p:1",
        "\nsources:\n\n  h/a:\n    url: \"https://h/a?b=c\"\n"
        "    schedule: 1h\n    method: PUT\n"
        "    headers:\n      Accept: text/csv\n      X: \"y: z\"\n"
        "      Content-Type: application/x-www-form-urlencoded\n"
        "    user_agent: me/1\n"
        "    data: \"{\\\"a\\\":'1'}\"\n"
        "    timeout:\n      connect: 1500ms\n      total: 5000ms\n"
        "    redirects: 0\n"
        "    proxy: \"socks5://p:1\"\n"
        "    tls:\n      insecure: true\n      ca_file: /dev/null\n",
        "");
}

static void who_asks_and_by_which_way_become_keys(void **state)
{
    (void)state;
    assert_becomes(
        gn_curl_line_import,
        "curl -G -d a=1 --digest -u me:secret -b 'c=d; e=f' -E /dev/null"
        " --tlsv1.3 -4 --http1.1 --interface lo --resolve h:80:::1"
        " http://h/x",
        "\nsources:\n\n  h/x:\n    url: \"http://h/x?a=1\"\n"
        "    schedule: 1h\n"
        "    headers:\n      Cookie: \"c=d; e=f\"\n"
        "    auth:\n      digest:\n        user: me\n"
        "        password: secret\n"
        "    tls:\n      cert: /dev/null\n      min: 1.3\n"
        "    ip: 4\n    http: 1.1\n    interface: lo\n"
        "    resolve:\n      \"h:80\": \"::1\"\n",
        "");
    assert_becomes(gn_curl_line_import, "curl --oauth2-bearer t http://h/",
                   "\nsources:\n\n  h:\n    url: \"http://h/\"\n"
                   "    schedule: 1h\n    auth:\n      bearer: t\n",
                   "");
}

static void others_are_refused(void **state)
{
    (void)state;
    assert_refuses(gn_curl_line_import, "wget http://h/",
                   "it begins with \"wget\", not with curl");
    assert_refuses(gn_curl_line_import, "curl -s", "1: the command has no URL");
    assert_refuses(gn_curl_line_import, "curl http://h/ http://i/",
                   "1: there are several URLs, of which http://i/ is one; "
                   "write a command for each");
    assert_refuses(gn_curl_line_import, "curl 'http://h/",
                   "a ' has no end; copy the whole command");
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    assert_survives(gn_curl_line_import,
                    "curl http://h/ -d x -H 'A: b' -u me:secret");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_become_keys),
        cmocka_unit_test(who_asks_and_by_which_way_become_keys),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
