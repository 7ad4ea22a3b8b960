// Generated from apps/insights/openapi.json by `pnpm run docs`; do not edit.

export interface paths {
    "/api/insights/courses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The courses that most students have joined */
        get: operations["listCourseNumbers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All courses together: from the view to the enrolment */
        get: operations["getTenantReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/courses/{courseId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A course: from the view to the enrolment, and its distributions beside each other */
        get: operations["getCourseReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/distributions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A distribution: from the view to the enrolment */
        get: operations["getDistributionReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/insights/distributions/{id}/experiment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest experiment of a distribution: which call to action is clicked most */
        get: operations["getExperiment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recommendations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The courses that are chosen most, at all times and now */
        get: operations["getRecommendations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/recommendations/courses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What learners of courses also chose
         * @description Courses that fewer than five learners share are left out. A private course, or an unknown one, has none.
         */
        get: operations["getAlsoChosen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/accounts/{accountId}/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that is stored about a person */
        get: operations["getAccountData"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "courses": [
         *         {
         *           "courseId": "course_1",
         *           "activation": 1,
         *           "hasLeft": false,
         *           "changedAt": "2026-12-01T08:00:00.000000Z"
         *         }
         *       ]
         *     }
         */
        AccountData: {
            courses: {
                courseId: string;
                /** @description How often the person has joined it */
                activation: number;
                hasLeft: boolean;
                /** @description When the person has joined it, or left it */
                changedAt: string;
            }[];
        };
        /**
         * @example {
         *       "items": [
         *         {
         *           "courseId": "course_1",
         *           "alsoChosen": [
         *             "course_2"
         *           ]
         *         }
         *       ]
         *     }
         */
        AlsoChosen: {
            items: {
                courseId: string;
                /** @description The most surprising one first; none is by chance */
                alsoChosen: string[];
            }[];
        };
        CourseNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "course.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "from": "2026-12-01",
         *       "to": "2026-12-01",
         *       "items": [
         *         {
         *           "courseId": "course_1",
         *           "title": "Sourdough",
         *           "enrolments": 9,
         *           "leaves": 1
         *         }
         *       ]
         *     }
         */
        CourseRanking: {
            from: string;
            to: string;
            items: {
                courseId: string;
                /** @description That of its first distribution; null if no event has told it */
                title: string | null;
                enrolments: number;
                leaves: number;
            }[];
        };
        /**
         * @example {
         *       "courseId": "course_1",
         *       "from": "2026-12-01",
         *       "to": "2026-12-01",
         *       "timeZone": "Europe/Berlin",
         *       "days": [
         *         {
         *           "day": "2026-12-01",
         *           "views": 120,
         *           "clicks": 12,
         *           "enrolments": 9,
         *           "leaves": 1
         *         }
         *       ],
         *       "totals": {
         *         "views": 120,
         *         "clicks": 12,
         *         "enrolments": 9,
         *         "leaves": 1
         *       },
         *       "clicksPerView": {
         *         "rate": 0.1,
         *         "low": 0.058,
         *         "high": 0.167
         *       },
         *       "enrolmentsPerClick": {
         *         "rate": 0.75,
         *         "low": 0.468,
         *         "high": 0.911
         *       },
         *       "referrers": [
         *         {
         *           "category": "direct",
         *           "views": 120
         *         }
         *       ],
         *       "callsToAction": [],
         *       "sources": [
         *         {
         *           "source": "manual",
         *           "enrolments": 9
         *         }
         *       ],
         *       "distributions": []
         *     }
         */
        CourseReport: {
            courseId: string;
            from: string;
            to: string;
            /** @description In which days begin and end. Views are told once a window, so a day may be that much off */
            timeZone: string;
            days: {
                day: string;
                views: number;
                clicks: number;
                enrolments: number;
                leaves: number;
            }[];
            totals: {
                views: number;
                clicks: number;
                enrolments: number;
                leaves: number;
            };
            /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
            clicksPerView: {
                rate: number;
                low: number;
                high: number;
            } | null;
            /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
            enrolmentsPerClick: {
                rate: number;
                low: number;
                high: number;
            } | null;
            referrers: {
                category: string;
                views: number;
            }[];
            callsToAction: {
                ctaType: string;
                views: number;
                clicks: number;
                enrolments: number;
                /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
                clicksPerView: {
                    rate: number;
                    low: number;
                    high: number;
                } | null;
            }[];
            sources: {
                source: string;
                enrolments: number;
            }[];
            /** @description Its distributions beside each other: those that it was published as, and their variants */
            distributions: {
                distributionId: string;
                slug: string | null;
                title: string | null;
                /** @description The distribution that it is a variant of */
                parentId: string | null;
                isDeleted: boolean;
                views: number;
                clicks: number;
                enrolments: number;
                /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
                clicksPerView: {
                    rate: number;
                    low: number;
                    high: number;
                } | null;
                /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
                enrolmentsPerClick: {
                    rate: number;
                    low: number;
                    high: number;
                } | null;
            }[];
        };
        DistributionNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "distribution.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "distributionId": "dist_1",
         *       "slug": "sourdough",
         *       "title": "Sourdough",
         *       "parentId": null,
         *       "isDeleted": false,
         *       "courseId": "course_1",
         *       "from": "2026-12-01",
         *       "to": "2026-12-01",
         *       "timeZone": "Europe/Berlin",
         *       "days": [
         *         {
         *           "day": "2026-12-01",
         *           "views": 120,
         *           "clicks": 12,
         *           "enrolments": 9,
         *           "leaves": 1
         *         }
         *       ],
         *       "totals": {
         *         "views": 120,
         *         "clicks": 12,
         *         "enrolments": 9,
         *         "leaves": 1
         *       },
         *       "clicksPerView": {
         *         "rate": 0.1,
         *         "low": 0.058,
         *         "high": 0.167
         *       },
         *       "enrolmentsPerClick": {
         *         "rate": 0.75,
         *         "low": 0.468,
         *         "high": 0.911
         *       },
         *       "referrers": [
         *         {
         *           "category": "direct",
         *           "views": 120
         *         }
         *       ],
         *       "callsToAction": [],
         *       "sources": [
         *         {
         *           "source": "manual",
         *           "enrolments": 9
         *         }
         *       ]
         *     }
         */
        DistributionReport: {
            distributionId: string;
            slug: string | null;
            title: string | null;
            /** @description The distribution that it is a variant of */
            parentId: string | null;
            isDeleted: boolean;
            courseId: string | null;
            from: string;
            to: string;
            /** @description In which days begin and end. Views are told once a window, so a day may be that much off */
            timeZone: string;
            days: {
                day: string;
                views: number;
                clicks: number;
                enrolments: number;
                leaves: number;
            }[];
            totals: {
                views: number;
                clicks: number;
                enrolments: number;
                leaves: number;
            };
            /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
            clicksPerView: {
                rate: number;
                low: number;
                high: number;
            } | null;
            /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
            enrolmentsPerClick: {
                rate: number;
                low: number;
                high: number;
            } | null;
            referrers: {
                category: string;
                views: number;
            }[];
            callsToAction: {
                ctaType: string;
                views: number;
                clicks: number;
                enrolments: number;
                /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
                clicksPerView: {
                    rate: number;
                    low: number;
                    high: number;
                } | null;
            }[];
            sources: {
                source: string;
                enrolments: number;
            }[];
        };
        ExperimentNotFound: {
            /** @constant */
            status?: 404;
            /** @constant */
            code?: "experiment.not-found";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "distributionId": "dist_1",
         *       "slug": "sourdough",
         *       "title": "Sourdough",
         *       "beganAt": "2026-12-01T09:30:00.000000Z",
         *       "countedFrom": "2026-12-01T09:32:00.000000Z",
         *       "endsAt": "2026-12-31T00:00:00.000000Z",
         *       "hasEnded": false,
         *       "verdict": "winner",
         *       "winner": "eager_button",
         *       "advice": "Make the winner the call to action of the page, and end the experiment.",
         *       "evidenceNeeded": 50,
         *       "split": {
         *         "evidence": 0.13,
         *         "evidenceNeeded": 100
         *       },
         *       "arms": [
         *         {
         *           "label": "Enroll now",
         *           "ctaType": "primary_button",
         *           "share": 0.5,
         *           "views": 2010,
         *           "clicks": 140,
         *           "clicksPerView": {
         *             "rate": 0.07,
         *             "low": 0.053,
         *             "high": 0.09
         *           },
         *           "evidence": 0,
         *           "chanceOfBest": 0.0001
         *         },
         *         {
         *           "label": "Start today",
         *           "ctaType": "eager_button",
         *           "share": 0.5,
         *           "views": 1985,
         *           "clicks": 209,
         *           "clicksPerView": {
         *             "rate": 0.105,
         *             "low": 0.084,
         *             "high": 0.129
         *           },
         *           "evidence": 104,
         *           "chanceOfBest": 0.9999
         *         }
         *       ]
         *     }
         */
        ExperimentReport: {
            distributionId: string;
            slug: string | null;
            title: string | null;
            beganAt: string;
            /** @description Two minutes later, when all views of before it have been told */
            countedFrom: string;
            endsAt: string;
            hasEnded: boolean;
            /**
             * @description It may be looked at as often as one likes: a winner is called wrongly in 5 % at most
             * @enum {string}
             */
            verdict: "running" | "winner" | "no_difference_shown" | "wrong_split";
            /** @description The ctaType of the winner */
            winner: string | null;
            /** @description What to do, in plain words */
            advice: string;
            /** @description An arm with so much evidence is the winner */
            evidenceNeeded: number;
            /** @description Whether the views are split otherwise than planned. A right split is called wrong in 1 % at most */
            split: {
                /** @description How many times better the counts are explained if it is so than by chance, at most a thousand million */
                evidence: number;
                evidenceNeeded: number;
            };
            arms: {
                label: string;
                ctaType: string;
                /** @description The planned part of the visitors */
                share: number;
                views: number;
                clicks: number;
                /** @description With the ends of a confidence sequence (95 %); null without a view */
                clicksPerView: {
                    rate: number;
                    low: number;
                    high: number;
                } | null;
                /** @description That it is better than each other arm */
                evidence: number;
                /** @description The probability of having the highest rate. It is shown, and decides nothing */
                chanceOfBest: number;
            }[];
        };
        InvalidPart: {
            /** @description body, querystring, params or headers */
            in: string;
            /** @description The path of the invalid value */
            pointer: string;
            /** @description What is wrong with the value */
            message: string;
        };
        PeriodInvalid: {
            /** @constant */
            status?: 422;
            /** @constant */
            code?: "period.invalid";
        } & components["schemas"]["Problem"];
        /** @description Why a request was refused (RFC 9457) */
        Problem: {
            /** @description `urn:problem-type:coursewire:` and the code */
            type: string;
            /** @description What went wrong, in words for people */
            title: string;
            status: number;
            /**
             * @description What went wrong, as a stable code for programs
             * @enum {string}
             */
            code: "request.invalid" | "token.invalid" | "role.insufficient" | "period.invalid" | "server.error" | "service.unavailable" | "course.not-found" | "distribution.not-found" | "experiment.not-found";
            /** @description The requested path */
            instance: string;
            /** @description The id of the request in the log of the service */
            requestId: string;
            /** @description The id of its trace (W3C), if it has one */
            traceId?: string;
            /** @description The invalid parts of the request */
            errors?: components["schemas"]["InvalidPart"][];
        };
        /**
         * @example {
         *       "popular": [
         *         "course_1",
         *         "course_2"
         *       ],
         *       "trending": [
         *         "course_2"
         *       ]
         *     }
         */
        Recommendations: {
            /** @description The courses that most learners have */
            popular: string[];
            /** @description The courses that most learners have joined lately; a week makes half of one */
            trending: string[];
        };
        RequestInvalid: {
            /** @constant */
            status?: 400;
            /** @constant */
            code?: "request.invalid";
        } & components["schemas"]["Problem"];
        RoleInsufficient: {
            /** @constant */
            status?: 403;
            /** @constant */
            code?: "role.insufficient";
        } & components["schemas"]["Problem"];
        ServerError: {
            /** @constant */
            status?: 500;
            /** @constant */
            code?: "server.error";
        } & components["schemas"]["Problem"];
        ServiceUnavailable: {
            /** @constant */
            status?: 503;
            /** @constant */
            code?: "service.unavailable";
        } & components["schemas"]["Problem"];
        /**
         * @example {
         *       "from": "2026-12-01",
         *       "to": "2026-12-01",
         *       "timeZone": "Europe/Berlin",
         *       "days": [
         *         {
         *           "day": "2026-12-01",
         *           "views": 120,
         *           "clicks": 12,
         *           "enrolments": 9,
         *           "leaves": 1
         *         }
         *       ],
         *       "totals": {
         *         "views": 120,
         *         "clicks": 12,
         *         "enrolments": 9,
         *         "leaves": 1
         *       },
         *       "clicksPerView": {
         *         "rate": 0.1,
         *         "low": 0.058,
         *         "high": 0.167
         *       },
         *       "enrolmentsPerClick": {
         *         "rate": 0.75,
         *         "low": 0.468,
         *         "high": 0.911
         *       },
         *       "referrers": [
         *         {
         *           "category": "direct",
         *           "views": 120
         *         }
         *       ],
         *       "callsToAction": [],
         *       "sources": [
         *         {
         *           "source": "manual",
         *           "enrolments": 9
         *         }
         *       ]
         *     }
         */
        TenantReport: {
            from: string;
            to: string;
            /** @description In which days begin and end. Views are told once a window, so a day may be that much off */
            timeZone: string;
            days: {
                day: string;
                views: number;
                clicks: number;
                enrolments: number;
                leaves: number;
            }[];
            totals: {
                views: number;
                clicks: number;
                enrolments: number;
                leaves: number;
            };
            /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
            clicksPerView: {
                rate: number;
                low: number;
                high: number;
            } | null;
            /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
            enrolmentsPerClick: {
                rate: number;
                low: number;
                high: number;
            } | null;
            referrers: {
                category: string;
                views: number;
            }[];
            callsToAction: {
                ctaType: string;
                views: number;
                clicks: number;
                enrolments: number;
                /** @description With the ends of Wilson's interval (95 %); null if there is nothing to compare with */
                clicksPerView: {
                    rate: number;
                    low: number;
                    high: number;
                } | null;
            }[];
            sources: {
                source: string;
                enrolments: number;
            }[];
        };
        TokenInvalid: {
            /** @constant */
            status?: 401;
            /** @constant */
            code?: "token.invalid";
        } & components["schemas"]["Problem"];
    };
    responses: {
        /** @description Bad Request (request.invalid) */
        RequestInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RequestInvalid"];
            };
        };
        /** @description Unauthorized (token.invalid) */
        TokenInvalid: {
            headers: {
                /** @description The authentication scheme: Bearer */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TokenInvalid"];
            };
        };
        /** @description Forbidden (role.insufficient) */
        RoleInsufficient: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RoleInsufficient"];
            };
        };
        /** @description Unprocessable Entity (period.invalid) */
        PeriodInvalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["PeriodInvalid"];
            };
        };
        /** @description Internal Server Error (server.error) */
        ServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ServerError"];
            };
        };
        /** @description Service Unavailable (service.unavailable) */
        ServiceUnavailable: {
            headers: {
                /** @description How many seconds to wait */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ServiceUnavailable"];
            };
        };
        /** @description Not Found (course.not-found) */
        CourseNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["CourseNotFound"];
            };
        };
        /** @description Not Found (distribution.not-found) */
        DistributionNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["DistributionNotFound"];
            };
        };
        /** @description Not Found (distribution.not-found, experiment.not-found) */
        DistributionNotFoundOrExperimentNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["DistributionNotFound"] | components["schemas"]["ExperimentNotFound"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountData = components['schemas']['AccountData'];
export type AlsoChosen = components['schemas']['AlsoChosen'];
export type CourseNotFound = components['schemas']['CourseNotFound'];
export type CourseRanking = components['schemas']['CourseRanking'];
export type CourseReport = components['schemas']['CourseReport'];
export type DistributionNotFound = components['schemas']['DistributionNotFound'];
export type DistributionReport = components['schemas']['DistributionReport'];
export type ExperimentNotFound = components['schemas']['ExperimentNotFound'];
export type ExperimentReport = components['schemas']['ExperimentReport'];
export type InvalidPart = components['schemas']['InvalidPart'];
export type PeriodInvalid = components['schemas']['PeriodInvalid'];
export type Problem = components['schemas']['Problem'];
export type Recommendations = components['schemas']['Recommendations'];
export type RequestInvalid = components['schemas']['RequestInvalid'];
export type RoleInsufficient = components['schemas']['RoleInsufficient'];
export type ServerError = components['schemas']['ServerError'];
export type ServiceUnavailable = components['schemas']['ServiceUnavailable'];
export type TenantReport = components['schemas']['TenantReport'];
export type TokenInvalid = components['schemas']['TokenInvalid'];
export type ResponseRequestInvalid = components['responses']['RequestInvalid'];
export type ResponseTokenInvalid = components['responses']['TokenInvalid'];
export type ResponseRoleInsufficient = components['responses']['RoleInsufficient'];
export type ResponsePeriodInvalid = components['responses']['PeriodInvalid'];
export type ResponseServerError = components['responses']['ServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type ResponseCourseNotFound = components['responses']['CourseNotFound'];
export type ResponseDistributionNotFound = components['responses']['DistributionNotFound'];
export type ResponseDistributionNotFoundOrExperimentNotFound = components['responses']['DistributionNotFoundOrExperimentNotFound'];
export type $defs = Record<string, never>;
export interface operations {
    listCourseNumbers: {
        parameters: {
            query?: {
                /** @description The first day; by default 28 days until the last one */
                from?: string;
                /** @description The last day; by default today, in the tenant's time zone */
                to?: string;
                /** @description How many at most */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CourseRanking"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            422: components["responses"]["PeriodInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getTenantReport: {
        parameters: {
            query?: {
                /** @description The first day; by default 28 days until the last one */
                from?: string;
                /** @description The last day; by default today, in the tenant's time zone */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantReport"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            422: components["responses"]["PeriodInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getCourseReport: {
        parameters: {
            query?: {
                /** @description The first day; by default 28 days until the last one */
                from?: string;
                /** @description The last day; by default today, in the tenant's time zone */
                to?: string;
            };
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                courseId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CourseReport"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["CourseNotFound"];
            422: components["responses"]["PeriodInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getDistributionReport: {
        parameters: {
            query?: {
                /** @description The first day; by default 28 days until the last one */
                from?: string;
                /** @description The last day; by default today, in the tenant's time zone */
                to?: string;
            };
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistributionReport"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFound"];
            422: components["responses"]["PeriodInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getExperiment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExperimentReport"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            404: components["responses"]["DistributionNotFoundOrExperimentNotFound"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getRecommendations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recommendations"];
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getAlsoChosen: {
        parameters: {
            query: {
                /** @description The ids of courses, separated by commas, at most 20 different ones */
                courseId: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlsoChosen"];
                };
            };
            /** @description Not changed */
            304: {
                headers: {
                    /** @description Identifies this state for If-Match and If-None-Match */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestInvalid"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    getAccountData: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description 1–128 characters, none of them a control character; not a dot segment */
                accountId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountData"];
                };
            };
            400: components["responses"]["RequestInvalid"];
            401: components["responses"]["TokenInvalid"];
            403: components["responses"]["RoleInsufficient"];
            500: components["responses"]["ServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
}
