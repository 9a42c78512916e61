/** Where the pages for customers are, below the URL of the API. */
export const CUSTOMER_PATH = "/s";
