import { ImClient } from "imserver-client";

new ImClient({ server: document.baseURI, credential: "1" }).connect();
