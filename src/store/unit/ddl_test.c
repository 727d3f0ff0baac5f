/* ddl_test.c - which foreign keys may be deferred, told from the text of
 * CREATE TABLE, and SQLite's own behaviour as the proof. */
#include "store/fixture_test.h"

#include "store/unit/ddl.h"

/* The letters of what is found: n, d (deferrable), D (deferred). */
static void says(const char *sql, const char *expected)
{
    enum gn_deferral found[8] = {0};
    char letters[9] = "";
    const size_t count = gn_unit_ddl_deferrals(sql, found, 8);

    assert_true(count <= 8);
    for (size_t i = 0; i < count; i++)
        letters[i] = "ndD"[found[i]];
    if (strcmp(letters, expected) != 0)
        fail_msg("%s, not %s: %s", letters, expected, sql);
}

static const struct {
    const char *clause; /* after "create table c (a " */
    const char *found;
} clauses[] = {
    {")", ""},
    {"references p)", "n"},
    {"references p(id) deferrable)", "d"},
    {"references p not deferrable initially deferred)", "n"},
    {"references p not deferrable)", "n"},
    {"references p deferrable initially immediate)", "d"},
    {"references p deferrable initially deferred)", "D"},
    {"REFERENCES p DEFERRABLE\n\tINITIALLY /* now -- */ DEFERRED)", "D"},
    {"references p -- deferrable initially deferred\n)", "n"},
    {"references p /* deferrable initially deferred */)", "n"},
    {"references p on delete cascade match full deferrable initially "
     "deferred)",
     "D"},
    {"references p not null deferrable initially deferred)", "D"},
    {"references p check (a not in ('x', 'deferrable')))", "n"},
    {"references p not null, b default 'references', c \"deferrable\")", "n"},
    {"default 'it''s' references p default ')''' deferrable initially "
     "deferred)",
     "D"},
    {"references p, b references p deferrable initially deferred, c "
     "references p deferrable)",
     "nDd"},
    {", b, foreign key (a) references p deferrable initially deferred, "
     "foreign key (b) references p(id))",
     "Dn"},
    {"references \"deferrable\", [references] `deferrable` references p "
     "deferrable initially deferred)",
     "nD"},
    {"\"initially\" references p deferrable, initially deferred references "
     "p)",
     "dn"},
};

static void each_clause_is_read(void **state)
{
    char sql[300];

    (void)state;
    for (size_t i = 0; i < sizeof clauses / sizeof clauses[0]; i++) {
        snprintf(sql, sizeof sql, "create table c (a %s", clauses[i].clause);
        says(sql, clauses[i].found);
    }
}

static bool runs(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* A key into nowhere is refused at once, or not until the commit. */
static char behaves(const char *create)
{
    bool at_once;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    foreign_run(db, "pragma foreign_keys=1; create table p (id integer "
                    "primary key)");
    foreign_run(db, create);
    foreign_run(db, "begin");
    at_once = !runs(db, "insert into c (a) values (7)");
    foreign_run(db, "rollback");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return at_once ? 'n' : 'D';
}

static void sqlite_understands_it_so_too(void **state)
{
    char sql[300];

    (void)state;
    for (size_t i = 0; i < sizeof clauses / sizeof clauses[0]; i++) {
        const char *found = clauses[i].found;

        if (strlen(found) != 1)
            continue;
        snprintf(sql, sizeof sql, "create table c (a %s", clauses[i].clause);
        assert_int_equal(behaves(sql), *found == 'd' ? 'n' : *found);
    }
}

static void there_may_be_more_than_room(void **state)
{
    enum gn_deferral one[2] = {GN_NOT_DEFERRABLE, GN_DEFERRABLE};

    (void)state;
    assert_int_equal(
        gn_unit_ddl_deferrals("create table c (a references p deferrable "
                              "initially deferred, b references p deferrable "
                              "initially deferred)",
                              one, 1),
        2);
    assert_int_equal(one[0], GN_DEFERRED);
    assert_int_equal(one[1], GN_DEFERRABLE); /* untouched */
    says("create table c (deferrable references", "n");
    says("/* never closed references p", "");
    says("'never closed references p", "");
    says("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_clause_is_read),
        cmocka_unit_test(sqlite_understands_it_so_too),
        cmocka_unit_test(there_may_be_more_than_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
