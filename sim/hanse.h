/*
 * hanse: discrete-event simulation and capacity planning, as a C library.
 *
 * Declare a scenario through the draft, freeze it, run it as a study into a sink of yours:
 *
 *     hanse_draft_create(ctx, &draft);           sim/process/mechanism.h
 *     hanse_draft_add, hanse_draft_set_…         sim/model/draft.h
 *     hanse_draft_freeze(draft, …, &scenario);   one immutable scenario per case
 *     hanse_study_run(ctx, &study, &sink, …);    sim/study/study.h
 *
 * tests/consumer/ in the sources is a complete program. The library knows no file format and
 * no Lua; nothing in it is global, so any number of contexts live side by side.
 */
#ifndef HANSE_HANSE_H
#define HANSE_HANSE_H

#include "sim/base/arena.h"
#include "sim/base/context.h"
#include "sim/base/processor.h"
#include "sim/base/status.h"
#include "sim/base/version.h"
#include "sim/engine/calendar.h"
#include "sim/engine/stream.h"
#include "sim/model/draft.h"
#include "sim/model/kernel.h"
#include "sim/model/nouns.h"
#include "sim/model/profile.h"
#include "sim/model/scenario.h"
#include "sim/model/schema.h"
#include "sim/model/transformer.h"
#include "sim/model/unit.h"
#include "sim/process/account.h"
#include "sim/process/climate.h"
#include "sim/process/denial.h"
#include "sim/process/export.h"
#include "sim/process/hook.h"
#include "sim/process/islands.h"
#include "sim/process/law.h"
#include "sim/process/layout.h"
#include "sim/process/mechanism.h"
#include "sim/process/predict/device.h"
#include "sim/process/predict/inference.h"
#include "sim/process/predict/training.h"
#include "sim/process/record.h"
#include "sim/process/replication.h"
#include "sim/process/schedule/function.h"
#include "sim/process/schedule/interruption.h"
#include "sim/process/schedule/job.h"
#include "sim/process/schedule/metrics.h"
#include "sim/process/schedule/nodes.h"
#include "sim/process/schedule/packing.h"
#include "sim/process/schedule/policy.h"
#include "sim/process/schedule/replay.h"
#include "sim/process/schedule/resource.h"
#include "sim/process/schedule/scheduler.h"
#include "sim/process/service.h"
#include "sim/process/serving/cost.h"
#include "sim/process/serving/law.h"
#include "sim/process/serving/replica.h"
#include "sim/process/serving/serving.h"
#include "sim/process/shown.h"
#include "sim/process/synthetic/arrivals.h"
#include "sim/process/synthetic/estimates.h"
#include "sim/process/synthetic/fit_arrivals.h"
#include "sim/process/synthetic/fit_workload.h"
#include "sim/process/synthetic/lublin.h"
#include "sim/process/synthetic/synthetic.h"
#include "sim/process/synthetic/widths.h"
#include "sim/stats/batch.h"
#include "sim/stats/curve.h"
#include "sim/stats/distance.h"
#include "sim/stats/distribution.h"
#include "sim/stats/fit.h"
#include "sim/stats/histogram.h"
#include "sim/stats/interval.h"
#include "sim/stats/network.h"
#include "sim/stats/quantile.h"
#include "sim/stats/queueing.h"
#include "sim/stats/rank.h"
#include "sim/stats/reliability.h"
#include "sim/stats/series.h"
#include "sim/stats/sketch.h"
#include "sim/stats/stock.h"
#include "sim/stats/tally.h"
#include "sim/stats/timeweighted.h"
#include "sim/stats/variate.h"
#include "sim/study/contest.h"
#include "sim/study/credit.h"
#include "sim/study/deny.h"
#include "sim/study/ranks.h"
#include "sim/study/stop.h"
#include "sim/study/study.h"

#endif
