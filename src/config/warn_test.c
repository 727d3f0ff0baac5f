/* warn_test.c - what looks like a token, and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "config/warn.h"

#define G36 "abcdefghijklmnopqrstuvwxyz0123456789"
#define X24 "k3Jd8sLq0ZxCvBnM1aSdFgHj"

static size_t warnings(const char *lines, struct gn_buf *list)
{
    struct gn_buf file = {0};
    size_t count;

    gn_buf_clear(list);
    gn_buf_printf(&file, "garner: 1\nsources:\n  a:\n%s", lines);
    assert_int_equal(
        gn_warn("f", gn_buf_cstr(&file), file.size, list, &count, NULL),
        GARNER_OK);
    gn_buf_fini(&file);
    return count;
}

static void tokens_are_seen(void **state)
{
    static const char *const lines[] = {
        "    headers: { Authorization: \"Bearer ghp_" G36 "\" }\n",
        "    headers: { Authorization: \"Bearer geheim12\" }\n",
        "    headers: { authorization: 'Basic dXNlcjpwYXNz' }\n",
        "    headers: { X-Api-Key: 0123456789abcdef0123 }\n",
        "    headers: { X-Any: \"github_pat_" G36 "\" }\n",
        "    auth: { bearer: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x }\n",
        "    auth: { basic: { user: u, password: 8f14e45fceea167a5a36 } }\n",
        "    url: https://h/?a=1&access_token=8f14e45fceea167a\n",
        "    url: https://h/bot/glpat-" G36 "/x\n",
        "    vars: { keys: [sk-" G36 "] }\n",
        "    json: { api_key: 8f14e45fceea167a5a36dedd4bea2543 }\n",
        "    auth: { basic: { user: u, password: hunter2 } }\n",
        "    auth: { bearer: hunter }\n",
        "    tls: { key: k.pem, key_password: hunter }\n",
        "    form: { user: u, password: hunter }\n",
        "    url: http://user:password1@h/\n",
        "    start: [\"http://user:pass@word@h/\"]\n",
        "    proxy: socks5h://me:hunter@h:1080\n",
        "    hooks: { error: { webhook: "
        "\"https://hooks.slack.com/services/T01AB2C3D/B01AB2C3D/" X24
        "\" } }\n",
        "    hooks: { error: { webhook: \"https://h/x?to=" X24 "\" } }\n",
        "    vars: { token: 8f14e45fceea167a5a36 }\n",
        "    vars: { token: [8f14e45fceea167a5a36] }\n",
        "    vars: { key: 8f14e45fceea167a5a36 }\n",
        "    url: https://h/?key=8f14e45fceea167a\n",
        "    cookies: { send: { PHPSESSID: 8f14e45fceea } }\n",
    };
    struct gn_buf list = {0};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (warnings(lines[i], &list) != 1)
            fail_msg("not seen: %s", lines[i]);
        assert_non_null(strstr(list.data, "looks like a token or a password; "
                                          "let ${env:"));
        assert_null(strstr(list.data, "0123"));
        assert_null(strstr(list.data, "8f14"));
        assert_null(strstr(list.data, "hunter"));
    }
    assert_int_equal(warnings(lines[0], &list), 1);
    assert_memory_equal(
        list.data, "f:4:31: warning: the value of \"Authorization\" looks", 51);
    gn_buf_fini(&list);
}

static void other_texts_are_left_alone(void **state)
{
    static const char *const lines[] = {
        "    headers: { Authorization: \"Bearer ${env:TOKEN}\" }\n",
        "    headers: { Authorization: \"Bearer x\" }\n",
        "    headers: { Authorization: \"Bearer of bad news\" }\n",
        "    headers: { X-Api-Key: \"${file:key}\" }\n",
        "    headers: { X-Api-Key: none }\n",
        "    headers: { User-Agent: \"Mozilla/5.0 (X11; Linux x86_64)\" }\n",
        "    headers: { If-Match: '\"8f14e45fceea167a5a36dedd\"' }\n",
        "    auth: { basic: { user: u, password: \"${cred:x}\" } }\n",
        "    url: https://h/8f14e45fceea167a5a36dedd4bea2543?page=2\n",
        "    url: https://h/risk-free-rates-2024-and-all-the-rest\n",
        "    url: https://h/?token=short&sort=8f14e45fceea167a5a36\n",
        "    rows: { table: t, sql: select 'sk-abcdefghij0123456789klm' }\n",
        "    rows:\n      sql: |\n        select 'ghp_abcdefgh0123456789'\n",
        "    url: https://h/ghp_short\n",
        "    tags: [AKIA, sk-, eyJhbGci]\n",
        "    auth: { basic: { user: u, password: \"{pw}\" } }\n",
        "    auth: { basic: { user: u, password: \"\" } }\n",
        "    rows: { table: t, columns: { password: text }, key: password }\n",
        "    rows: { key: [an_identifier_of_2026] }\n",
        "    url: http://user:{pw}@h/\n",
        "    url: http://user@h/a:b@c\n",
        "    url: http://h:81/a@b\n",
        "    cookies: { send: { lang: en-US, seen: \"true\" } }\n",
        "    hooks: { error: { webhook: https://h/hooks/of/2026-11-26/x } }\n",
        "    vars: { symbol: [ACME, EMCA1], key: [a, b] }\n",
    };
    struct gn_buf list = {0};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (warnings(lines[i], &list) != 0)
            fail_msg("warned of: %s", lines[i]);
    gn_buf_fini(&list);
}

static void lost_memory_is_told(void **state)
{
    static const char text[] = "a: { token: 8f14e45fceea167a5a36 }";
    struct garner_error err = {0};
    struct gn_buf list = {0};
    size_t count;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_warn("f", text, strlen(text), &list, &count, &err),
                     GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(gn_warn("f", text, strlen(text), &list, &count, &err),
                     GARNER_OK);
    assert_int_equal(count, 1);
    gn_buf_fini(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_seen),
        cmocka_unit_test(other_texts_are_left_alone),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
