/* Reading the tables of queues that another program computed, below HANSE_TEST_DATA. */
#ifndef HANSE_TESTS_QUEUEING_TABLES_H
#define HANSE_TESTS_QUEUEING_TABLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/close.h"

/* Columns of single_station.csv. */
enum { MODEL, LAMBDA, MU, SERVERS, PLACES, SCV, U, R, Q, X, P0, P_LAST, N_COLUMNS };

enum { MAX_LINE = 2048, MAX_FIELDS = 16, MAX_NUMBERS = 32 };

static inline FILE *open_table(const char *name)
{
    char path[1024];
    const char *data = getenv("HANSE_TEST_DATA");
    snprintf(path, sizeof path, "%s/queueing/%s", data ? data : "../shared/data", name);
    FILE *file = fopen(path, "r");
    if (!file) {
        print_message("%s is absent; set HANSE_TEST_DATA to the folder of test data\n", path);
        skip();
    }
    return file;
}

/* Cuts a line at `mark`, but not inside brackets. Returns the number of fields. */
static inline int split(char *line, char mark, char **fields)
{
    int n = 0, depth = 0;
    line[strcspn(line, "\r\n")] = '\0';
    fields[n++] = line;
    for (char *at = line; *at; at++) {
        depth += (*at == '[') - (*at == ']');
        if (*at == mark && depth == 0 && n < MAX_FIELDS) {
            *at = '\0';
            fields[n++] = at + 1;
        }
    }
    return n;
}

/* Reads the numbers of "1.5" or "[1 2;3 4]" that follow `key`; returns how many. */
static inline int numbers(const char *text, const char *key, double *out)
{
    int n = 0;
    const char *at = strstr(text, key);
    assert_non_null(at);
    at += strlen(key);
    int bracket = *at == '[';
    at += bracket;
    while (*at && *at != ']' && n < MAX_NUMBERS && (bracket || n == 0)) {
        char *end;
        at += *at == ';';
        out[n] = strtod(at, &end);
        assert_ptr_not_equal(at, end);
        n++;
        at = end;
    }
    return n;
}

static inline void counts(const double *numbers_read, int n, int64_t *out)
{
    for (int i = 0; i < n; i++) {
        out[i] = (int64_t)numbers_read[i];
    }
}

#endif
