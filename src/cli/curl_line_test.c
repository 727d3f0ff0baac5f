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
                   "f: -o is left out: bodies are kept in the store; see "
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

static void manners_become_keys(void **state)
{
    (void)state;
    assert_becomes(gn_curl_line_import,
                   "curl -I -r 0-99 --retry 3 --retry-delay 2 --limit-rate 10K"
                   " https://h/",
                   "\nsources:\n\n  h:\n    url: \"https://h/\"\n"
                   "    schedule: 1h\n    method: HEAD\n"
                   "    headers:\n      Range: \"bytes=0-99\"\n"
                   "    retry:\n      times: 3\n      backoff: 2000ms\n"
                   "    host:\n      bytes: 10240B\n",
                   "");
    assert_becomes(gn_curl_line_import, "curl --retry 0 https://h/",
                   "\nsources:\n\n  h:\n    url: \"https://h/\"\n"
                   "    schedule: 1h\n",
                   "");
    assert_becomes(gn_curl_line_import,
                   "curl -b jar.txt -c jar.txt --cert /dev/null --key /dev/null"
                   " https://h/",
                   "\nsources:\n\n  h:\n    url: \"https://h/\"\n"
                   "    schedule: 1h\n    cookies: true\n"
                   "    tls:\n      cert: /dev/null\n      key: /dev/null\n",
                   "f: -b jar.txt is not read: the source keeps cookies of its "
                   "own in the store (cookies: true), from none on\n");
}

static void a_proxy_becomes_a_key(void **state)
{
    (void)state;
    assert_becomes(gn_curl_line_import,
                   "curl -x p:3128 -U 'me:a@b' https://www.h.org/",
                   "\nsources:\n\n  h.org:\n"
                   "    url: \"https://www.h.org/\"\n    schedule: 1h\n"
                   "    proxy: \"http://me:a%40b@p:3128\"\n",
                   "");
    assert_becomes(gn_curl_line_import,
                   "curl -x p:3128 --noproxy h.org https://www.h.org/",
                   "\nsources:\n\n  h.org:\n"
                   "    url: \"https://www.h.org/\"\n    schedule: 1h\n"
                   "    proxy: \"\"\n",
                   "");
}

static void lists_in_the_url_become_variables(void **state)
{
    (void)state;
    assert_becomes(gn_curl_line_import,
                   "curl -G -d 'q={a,b}' 'https://h/{x,y}/[08-10]'",
                   "\nsources:\n\n  h/part1/part2:\n"
                   "    url: \"https://h/{part1}/{part2}?q=%7Ba,b%7D\"\n"
                   "    vars:\n      part1: [\"x\", \"y\"]\n"
                   "      part2: [\"08\", \"09\", \"10\"]\n"
                   "    schedule: 1h\n",
                   "");
    assert_becomes(gn_curl_line_import, "curl -g 'https://h/{x,y}'",
                   "\nsources:\n\n  \"h/x,y\":\n"
                   "    url: \"https://h/%7Bx,y%7D\"\n    schedule: 1h\n",
                   "");
}

static void what_is_left_out_is_told_if_it_matters(void **state)
{
    static const char made[] = "\nsources:\n\n  h:\n"
                               "    url: \"https://h/\"\n"
                               "    schedule: 1h\n";

    (void)state;
    assert_becomes(gn_curl_line_import,
                   "curl -N -# -sSfviLq --compressed --no-progress-meter"
                   " -w '%{http_code}' --keepalive-time 3 -R https://h/",
                   made, "");
    assert_becomes(
        gn_curl_line_import,
        "curl -OJ -z 'Thu, 26 Nov 2026 00:00:00 GMT' -D h.txt -C - -U a:b"
        " --etag-save e --etag-compare e --retry-max-time 9 https://h/",
        made,
        "f: -U is left out: the command names no proxy; write it into the URL "
        "of one\n"
        "f: -O is left out: bodies are kept in the store; see 'garner help "
        "body'\n"
        "f: -D is left out: an answer's headers are :headers in the sql of "
        "rows\n"
        "f: -z is left out: garner asks for what changed alone by itself\n"
        "f: --etag-compare is left out: garner asks for what changed alone by "
        "itself\n"
        "f: -C is left out: garner goes on by itself with what was cut, where "
        "it is saved to a file (body: save)\n"
        "f: --retry-max-time is left out: what is tried again is bounded by "
        "the times of retry\n");
}

/* In what else is sent, {part1} is what curl sends as it is. */
static void only_the_url_has_parts(void **state)
{
    (void)state;
    assert_becomes(gn_curl_line_import,
                   "curl -d 'x={part1}' -H 'X: {part2}' -u '{part3}:p'"
                   " 'http://h/[1-2]/{a,b}/[1-1]'",
                   "\nsources:\n\n  h/part1_2/part2_2/part3_2:\n"
                   "    url: \"http://h/{part1_2}/{part2_2}/{part3_2}\"\n"
                   "    vars:\n      part1_2: [\"1\", \"2\"]\n"
                   "      part2_2: [\"a\", \"b\"]\n"
                   "      part3_2: [\"1\"]\n    schedule: 1h\n"
                   "    headers:\n      X: \"{part2}\"\n"
                   "      Content-Type: application/x-www-form-urlencoded\n"
                   "    auth:\n      basic:\n        user: \"{part3}\"\n"
                   "        password: p\n    data: \"x={part1}\"\n",
                   "");
}

static void others_are_refused(void **state)
{
    (void)state;
    assert_refuses(gn_curl_line_import, "wget http://h/",
                   "it begins with \"wget\", not with curl");
    assert_refuses(gn_curl_line_import, "curl --ntlm http://h/",
                   "unknown flag --ntlm: garner has no counterpart; leave it "
                   "out of the command");
    assert_refuses(gn_curl_line_import, "curl -sT f http://h/",
                   "unknown flag -T: garner has no counterpart; leave it out "
                   "of the command");
    assert_refuses(gn_curl_line_import, "curl -F a=b http://h/",
                   "-F sends a form in several parts (multipart), for which "
                   "garner has no key; where the server takes a plain form, "
                   "write -d NAME=VALUE");
    assert_refuses(gn_curl_line_import, "curl --retry x http://h/",
                   "--retry: 'x' is no number");
    assert_refuses(gn_curl_line_import, "curl 'http://h/[1-2000]'",
                   "1: the URL stands for more than 1000; put them into a "
                   "file, a URL a line, and write urls: { file: ... }");
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
    assert_survives(gn_curl_line_import,
                    "curl 'http://h/{a,b}' -x p -U me:secret");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_become_keys),
        cmocka_unit_test(who_asks_and_by_which_way_become_keys),
        cmocka_unit_test(manners_become_keys),
        cmocka_unit_test(a_proxy_becomes_a_key),
        cmocka_unit_test(lists_in_the_url_become_variables),
        cmocka_unit_test(what_is_left_out_is_told_if_it_matters),
        cmocka_unit_test(only_the_url_has_parts),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
