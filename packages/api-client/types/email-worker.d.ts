// Generated from apps/email-worker/openapi.json by `pnpm run docs`; do not edit.

export interface paths {
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
         *       "mails": [
         *         {
         *           "id": "0195565c-2a40-7c3e-9a51-6f0d7b1c2e4f",
         *           "status": "sent",
         *           "createdAt": "2026-03-02T09:30:00.000000Z",
         *           "updatedAt": "2026-03-02T09:30:00.000000Z",
         *           "tenantId": "acme",
         *           "template": "welcome",
         *           "recipient": "usr_1",
         *           "fact": "course_1",
         *           "activation": 1,
         *           "source": "manual",
         *           "attempt": 1,
         *           "failures": 0,
         *           "dueAt": "2026-03-02T09:30:00.000000Z",
         *           "claimedAt": "2026-03-02T09:30:00.000000Z",
         *           "messageId": "0100018f-1",
         *           "reason": null,
         *           "changedBy": "worker",
         *           "withdrawn": null,
         *           "eventId": "evt_1",
         *           "correlationId": "req_1",
         *           "history": [
         *             {
         *               "at": "2026-03-02T09:30:00.000000Z",
         *               "status": "pending",
         *               "attempt": 0,
         *               "reason": null,
         *               "messageId": null,
         *               "changedBy": "event"
         *             },
         *             {
         *               "at": "2026-03-02T09:30:00.000000Z",
         *               "status": "sending",
         *               "attempt": 1,
         *               "reason": null,
         *               "messageId": null,
         *               "changedBy": "worker"
         *             },
         *             {
         *               "at": "2026-03-02T09:30:00.000000Z",
         *               "status": "sent",
         *               "attempt": 1,
         *               "reason": null,
         *               "messageId": "0100018f-1",
         *               "changedBy": "worker"
         *             }
         *           ],
         *           "addressSuppressedAt": null
         *         }
         *       ]
         *     }
         */
        AccountData: {
            mails: components["schemas"]["Mail"][];
        };
        InvalidPart: {
            /** @description body, querystring, params or headers */
            in: string;
            /** @description The path of the invalid value */
            pointer: string;
            /** @description What is wrong with the value */
            message: string;
        };
        Mail: {
            id: string;
            /** @enum {string} */
            status: "pending" | "sending" | "sent" | "delayed" | "delivered" | "bounced" | "complained" | "suppressed" | "failed" | "unknown";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            tenantId: string;
            template: string;
            /** @description The id of the account */
            recipient: string;
            /** @description What the mail is about: the id of a course, or of a request of the account */
            fact: string;
            activation: number;
            source: string | null;
            attempt: number;
            failures: number;
            /** Format: date-time */
            dueAt: string;
            claimedAt: string | null;
            messageId: string | null;
            reason: string | null;
            /** @description Who made the last change: event, worker, ses or operator */
            changedBy: string;
            /** @description Why the mail must not be sent any more */
            withdrawn: string | null;
            eventId: string;
            correlationId: string;
            history: components["schemas"]["MailChange"][];
            /** @description Since when no mail goes to the address, because of what became of this one */
            addressSuppressedAt: string | null;
        };
        MailChange: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            status: "pending" | "sending" | "sent" | "delayed" | "delivered" | "bounced" | "complained" | "suppressed" | "failed" | "unknown";
            attempt: number;
            reason: string | null;
            messageId: string | null;
            changedBy: string;
        };
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
            code: "request.invalid" | "token.invalid" | "role.insufficient" | "server.error" | "service.unavailable";
            /** @description The requested path */
            instance: string;
            /** @description The id of the request in the log of the service */
            requestId: string;
            /** @description The invalid parts of the request */
            errors?: components["schemas"]["InvalidPart"][];
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
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AccountData = components['schemas']['AccountData'];
export type InvalidPart = components['schemas']['InvalidPart'];
export type Mail = components['schemas']['Mail'];
export type MailChange = components['schemas']['MailChange'];
export type Problem = components['schemas']['Problem'];
export type RequestInvalid = components['schemas']['RequestInvalid'];
export type RoleInsufficient = components['schemas']['RoleInsufficient'];
export type ServerError = components['schemas']['ServerError'];
export type ServiceUnavailable = components['schemas']['ServiceUnavailable'];
export type TokenInvalid = components['schemas']['TokenInvalid'];
export type ResponseRequestInvalid = components['responses']['RequestInvalid'];
export type ResponseTokenInvalid = components['responses']['TokenInvalid'];
export type ResponseRoleInsufficient = components['responses']['RoleInsufficient'];
export type ResponseServerError = components['responses']['ServerError'];
export type ResponseServiceUnavailable = components['responses']['ServiceUnavailable'];
export type $defs = Record<string, never>;
export interface operations {
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
