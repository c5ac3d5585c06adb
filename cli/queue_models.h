/*
 * The closed forms that `hanse queue` knows, as tables.
 *
 * A model is a row of hanse_queue_models: which options it needs, which it may have, and the
 * function that asks the library. Options are rows of hanse_queue_keys, shared by all models.
 * To add a model: a row, its function, a paragraph in docs/queueing.md, a line in
 * tests/cli/queue.t.
 */
#ifndef HANSE_CLI_QUEUE_MODELS_H
#define HANSE_CLI_QUEUE_MODELS_H

#include "cli/options.h"
#include "sim/stats/network.h"
#include "sim/stats/queueing.h"

enum hanse_queue_key {
    HANSE_QUEUE_LAMBDA,
    HANSE_QUEUE_MU,
    HANSE_QUEUE_LOAD,
    HANSE_QUEUE_SERVERS,
    HANSE_QUEUE_PLACES,
    HANSE_QUEUE_TIME,
    HANSE_QUEUE_SPAN,
    HANSE_QUEUE_CHANCE,
    HANSE_QUEUE_GOAL,
    HANSE_QUEUE_SCV,
    HANSE_QUEUE_FAILURES,
    HANSE_QUEUE_DOWN,
    HANSE_QUEUE_DOWN_SCV,
    HANSE_QUEUE_ONLY_BUSY,
    HANSE_QUEUE_CREWS,
    HANSE_QUEUE_MACHINES,
    HANSE_QUEUE_UP,
    HANSE_QUEUE_FAST,
    HANSE_QUEUE_SLOW,
    HANSE_QUEUE_LAMBDAS,
    HANSE_QUEUE_SERVICES,
    HANSE_QUEUE_SERVER_LIST,
    HANSE_QUEUE_ROUTING,
    HANSE_QUEUE_VISITS,
    HANSE_QUEUE_CUSTOMERS,
    HANSE_QUEUE_THINK,
    HANSE_QUEUE_AVAILABILITY,
    HANSE_QUEUE_COMMON,
    HANSE_QUEUE_IN_REPAIR,
    HANSE_QUEUE_REPAIR_TIME,
    HANSE_QUEUE_DEVICES,
    HANSE_QUEUE_AGE,
    HANSE_QUEUE_SHAPE,
    HANSE_QUEUE_DEMAND,
    HANSE_QUEUE_RATES,
    HANSE_QUEUE_ARRIVAL_SCV,
    HANSE_QUEUE_CLASS_LAMBDAS,
    HANSE_QUEUE_CLASS_SERVICES,
    HANSE_QUEUE_CLASS_VISITS,
    HANSE_QUEUE_POPULATIONS,
    HANSE_QUEUE_DEMANDS,
    HANSE_QUEUE_THINKS,
    HANSE_QUEUE_SHORT,
    HANSE_QUEUE_OVER,
    HANSE_QUEUE_REPAIR_RATE,
    HANSE_QUEUE_REPAIRMEN,
    HANSE_QUEUE_UNIT_CAPACITIES,
    HANSE_QUEUE_UNIT_AVAILABILITIES,
    HANSE_QUEUE_UNIT_COUNTS,
    HANSE_QUEUE_UNIT_DOWN,
    HANSE_QUEUE_UNIT_LOAD,
    HANSE_QUEUE_CAUSE,
    HANSE_QUEUE_CAUSE_DOWN,
    HANSE_QUEUE_VALUE,
    HANSE_QUEUE_STATES,
    HANSE_QUEUE_CURVE,
    HANSE_QUEUE_BY,
    HANSE_QUEUE_N_KEYS,
    HANSE_QUEUE_END = HANSE_QUEUE_N_KEYS /* ends a model's lists */
};

enum {
    HANSE_QUEUE_MAX_NEEDED = 6,
    HANSE_QUEUE_MAX_OPTIONAL = 7,
    HANSE_QUEUE_MAX_FIGURES = 16,
    HANSE_QUEUE_MAX_STATIONS = 64,
    HANSE_QUEUE_MAX_COLUMNS = 5
};

struct hanse_queue_option {
    const char *name;
    char letter;
    enum hanse_cli_type type; /* NUMBER, INTEGER, TEXT or FLAG */
    const char *argument, *help;
    double preset; /* of a number or integer that may be left out */
};

/* The options as given, or their presets; only those of the model mean anything. */
struct hanse_queue_query {
    double number[HANSE_QUEUE_N_KEYS];
    int64_t count[HANSE_QUEUE_N_KEYS];
    const char *text[HANSE_QUEUE_N_KEYS];
    bool flag[HANSE_QUEUE_N_KEYS];
};

struct hanse_queue_figure {
    const char *name, *unit;
    double value;
};

/* Rows of figures; cells[n_rows × n_columns] are the answer's to free. */
struct hanse_queue_table {
    const char *name; /* in JSON: "states" */
    const char *columns[HANSE_QUEUE_MAX_COLUMNS], *units[HANSE_QUEUE_MAX_COLUMNS];
    size_t n_columns, n_rows;
    double *cells;
};

/* What a model says: figures, for networks a row per station, for some a table. */
struct hanse_queue_answer {
    struct hanse_queue_figure figures[HANSE_QUEUE_MAX_FIGURES];
    size_t n_figures;
    struct hanse_station stations[HANSE_QUEUE_MAX_STATIONS];
    size_t n_stations;
    size_t n_classes; /* stations class by class; 0: no classes */
    struct hanse_queue_table table;
};

struct hanse_queue_model {
    const char *name, *what, *example;
    enum hanse_queue_key needed[HANSE_QUEUE_MAX_NEEDED + 1],
        optional[HANSE_QUEUE_MAX_OPTIONAL + 1];
    enum hanse_status (*ask)(struct hanse_context *ctx, const struct hanse_queue_query *query,
                             struct hanse_queue_answer *answer);
};

enum { HANSE_QUEUE_N_MODELS = 28 };
extern const struct hanse_queue_option hanse_queue_keys[HANSE_QUEUE_N_KEYS];
extern const struct hanse_queue_model hanse_queue_models[HANSE_QUEUE_N_MODELS];

/* For the functions that ask. */
void hanse_queue_say(struct hanse_queue_answer *answer, const char *name, double value,
                     const char *unit);
void hanse_queue_say_all(struct hanse_queue_answer *answer, const struct hanse_queue *queue);

/* Reads "0.5,0.2;1,2" into at most `most` numbers; a failure names the option. */
enum hanse_status hanse_queue_read_list(struct hanse_context *ctx, const char *option,
                                        const char *text, size_t most, double *out, size_t *n);

enum hanse_status hanse_queue_ask_jackson(struct hanse_context *ctx,
                                          const struct hanse_queue_query *query,
                                          struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_closed(struct hanse_context *ctx,
                                         const struct hanse_queue_query *query,
                                         struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_classes(struct hanse_context *ctx,
                                          const struct hanse_queue_query *query,
                                          struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_closed_classes(struct hanse_context *ctx,
                                                 const struct hanse_queue_query *query,
                                                 struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_asymmetric(struct hanse_context *ctx,
                                             const struct hanse_queue_query *query,
                                             struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_units(struct hanse_context *ctx,
                                        const struct hanse_queue_query *query,
                                        struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_elcc(struct hanse_context *ctx,
                                       const struct hanse_queue_query *query,
                                       struct hanse_queue_answer *answer);
enum hanse_status hanse_queue_ask_mmc_breakdowns(struct hanse_context *ctx,
                                                 const struct hanse_queue_query *query,
                                                 struct hanse_queue_answer *answer);

#endif
